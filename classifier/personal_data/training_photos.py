"""Photos for training from the history: reviewed, and only of people who consent now.

The folder is one that `python -m training prepare --photos FOLDER` reads: `manifest.csv` with
`path`, `style`, `source` and `sha256`, and the photos below `photos/`. What is no outfit has no
style to learn: it is in `others.csv`, with `kind` for `style`, for the gate. What is none of the
styles, or an outfit of which nobody said the style, is left out. Writing it again brings it up to
date: what was deleted, or is of somebody who took the consent back, goes from the folder.
"""

import csv
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import OuterRef, Subquery

from classifier.lifecycle.reviews import STAFF_FIRST
from classifier.models import Outfit, Prediction, Review
from classifier.personal_data.consents import consenting_owners
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing

MANIFEST, OTHERS = "manifest.csv", "others.csv"
PHOTOS = "photos"
SOURCE = "history"


class FolderInUse(Exception):
    """The folder has something else in it; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Written:
    """How many photos the folder has now, went from it, and are gone from the bucket."""

    photos: int
    removed: int
    missing: int


@dataclass(frozen=True)
class _Reviewed:
    name: str
    key: str
    style: str
    """Empty for what is no outfit."""
    kind: str


def write_training_photos(folder: Path) -> Written:
    """Write the folder, or bring it up to date. Raises FolderInUse, StorageUnavailable, OSError.

    What must go goes first, and the manifest comes last: a run that was cut off is run again.
    """
    photos = folder / PHOTOS
    _check_folder(folder)
    photos.mkdir(parents=True, exist_ok=True)
    reviewed = _reviewed()
    names = {each.name for each in reviewed}
    leaving = [path for path in photos.iterdir() if path.name not in names]
    for path in leaving:
        path.unlink()
    digests = objects.fetchers().map(lambda each: _fetch(each, photos), reviewed)
    there = [pair for pair in zip(reviewed, digests, strict=True) if pair[1]]
    styles = [(each, each.style, digest) for each, digest in there if each.style]
    others = [(each, each.kind, digest) for each, digest in there if not each.style]
    _write_manifest(folder / OTHERS, "kind", others)
    _write_manifest(folder / MANIFEST, "style", styles)
    return Written(len(there), len(leaving), len(reviewed) - len(there))


def _reviewed() -> list[_Reviewed]:
    """What the newest verdict by staff, or else the owner's, gives a style or calls no outfit."""
    verdicts = Review.objects.filter(prediction__outfit=OuterRef("pk"))
    first = verdicts.order_by(*STAFF_FIRST)
    outfits = (
        Outfit.objects.filter(owner__in=consenting_owners().values("pk"))
        .annotate(
            answer=Subquery(first.values("answer")[:1]),
            said=Subquery(first.values("style")[:1]),
            gate=Subquery(first.values("prediction__kind")[:1]),
        )
        .filter(answer__in=[Review.Answer.STYLE, Review.Answer.NOT_AN_OUTFIT])
        .order_by("created", "pk")
    )
    people, none = Prediction.Kind.PEOPLE.value, Prediction.Kind.NONE.value
    return [
        _Reviewed(f"{pk}.jpg", key, style, people if gate == people else none)
        for pk, key, style, gate in outfits.values_list(
            "pk", "photo_key", "said", "gate"
        ).iterator()
    ]


def _check_folder(folder: Path) -> None:
    """Only what this module wrote may be changed or deleted by it."""
    if not folder.exists():
        return
    ours = folder.is_dir() and all(
        path.stem in (Path(MANIFEST).stem, Path(OTHERS).stem)
        or (path.name == PHOTOS and _all_ours(path))
        for path in folder.iterdir()
    )
    if not ours:
        raise FolderInUse(f"{folder} has something else in it: name a new or an empty folder.")


def _all_ours(photos: Path) -> bool:
    try:
        return all(uuid.UUID(path.name.split(".")[0]) for path in photos.iterdir())
    except (ValueError, OSError):
        return False


def _fetch(reviewed: _Reviewed, photos: Path) -> str:
    """The checksum of the photo's file, which is fetched if need be; empty if it is gone."""
    path = photos / reviewed.name
    if not path.exists():
        try:
            data = objects.get(reviewed.key)
        except ObjectMissing:
            return ""
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_manifest(
    manifest: Path, label: str, lines: Sequence[tuple[_Reviewed, str, str]]
) -> None:
    """A line for each photo with its label, named by the column, and its checksum."""
    part = manifest.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", label, "source", "sha256"])
        for each, value, digest in lines:
            writer.writerow([f"{PHOTOS}/{each.name}", value, SOURCE, digest])
    part.replace(manifest)
