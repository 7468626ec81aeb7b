"""Photos for training from the history: reviewed, and only of people who consent now.

The folder is one that `python -m training prepare --photos FOLDER` reads: `manifest.csv` with
`path`, `style`, `source` and `sha256`, and the photos below `photos/`. What is no outfit has no
style to learn: it is in a folder of the same kind below, `others/`, with `kind` for `style`, which
`--others` reads for the gate. What is none of the styles, or an outfit of which nobody said the
style, is left out. Writing it again brings it up to date: what was deleted, or is of somebody who
took the consent back, goes from the folder.
"""

import csv
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import OuterRef, Subquery

from classifier.models import Consent, Outfit, Prediction, Review
from classifier.reviews.verdicts import STAFF_FIRST
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing

MANIFEST = "manifest.csv"
PHOTOS, OTHERS = "photos", "others"
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
    """A photo and what it is an example of: a style, or a kind of photo without an outfit."""

    name: str
    key: str
    label: str


@dataclass(frozen=True)
class _Part:
    """A folder with a manifest, the column of its labels, and what it is to hold."""

    folder: Path
    column: str
    reviewed: Sequence[_Reviewed]


def write_training_photos(folder: Path) -> Written:
    """Write the folder, or bring it up to date. Raises FolderInUse, StorageUnavailable, OSError.

    What must go goes first, and the manifests come last: a run that was cut off is run again.
    """
    if folder.exists() and not _is_ours(folder):
        raise FolderInUse(f"{folder} has something else in it: name a new or an empty folder.")
    parts = (
        _Part(folder, "style", _reviewed(Review.Answer.STYLE)),
        _Part(folder / OTHERS, "kind", _reviewed(Review.Answer.NOT_AN_OUTFIT)),
    )
    removed = sum(_remove_what_left(part) for part in parts)
    written = sum(_write(part) for part in parts)
    return Written(written, removed, sum(len(part.reviewed) for part in parts) - written)


def _reviewed(answer: Review.Answer) -> list[_Reviewed]:
    """What the newest verdict by staff, or else the owner's, gives this answer."""
    verdicts = Review.objects.filter(prediction__outfit=OuterRef("pk"))
    first = verdicts.order_by(*STAFF_FIRST)
    outfits = (
        Outfit.objects.filter(owner__in=Consent.objects.owners().values("pk"))
        .annotate(
            answer=Subquery(first.values("answer")[:1]),
            said=Subquery(first.values("style")[:1]),
            gate=Subquery(first.values("prediction__kind")[:1]),
        )
        .filter(answer=answer)
        .order_by("created", "pk")
    )
    rows = outfits.values_list("pk", "photo_key", "said", "gate")
    return [_Reviewed(f"{pk}.jpg", key, said or _kind(gate)) for pk, key, said, gate in rows]


def _kind(gate: str) -> str:
    """What kind of photo one without an outfit is, where the model took it for `gate`."""
    people, none = Prediction.Kind.PEOPLE.value, Prediction.Kind.NONE.value
    return people if gate == people else none


def _is_ours(folder: Path) -> bool:
    """Only what this module wrote may be changed or deleted by it."""
    return folder.is_dir() and all(
        path.stem == Path(MANIFEST).stem
        or (path.name == PHOTOS and _all_ours(path))
        or (path.name == OTHERS and _is_ours(path))
        for path in folder.iterdir()
    )


def _all_ours(photos: Path) -> bool:
    try:
        return all(uuid.UUID(path.name.split(".")[0]) for path in photos.iterdir())
    except (ValueError, OSError):
        return False


def _remove_what_left(part: _Part) -> int:
    photos = part.folder / PHOTOS
    photos.mkdir(parents=True, exist_ok=True)
    names = {each.name for each in part.reviewed}
    leaving = [path for path in photos.iterdir() if path.name not in names]
    for path in leaving:
        path.unlink()
    return len(leaving)


def _write(part: _Part) -> int:
    """Fetch what is new and write the manifest. Returns how many photos there are."""
    photos = part.folder / PHOTOS
    digests = objects.fetchers().map(lambda each: _fetch(each, photos), part.reviewed)
    there = [pair for pair in zip(part.reviewed, digests, strict=True) if pair[1]]
    growing = (part.folder / MANIFEST).with_suffix(".part")
    with growing.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", part.column, "source", "sha256"])
        for each, digest in there:
            writer.writerow([f"{PHOTOS}/{each.name}", each.label, SOURCE, digest])
    growing.replace(part.folder / MANIFEST)
    return len(there)


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
