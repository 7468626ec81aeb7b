"""Photos for training from the history: reviewed, and only of people who consent now.

The folder is one that `python -m training prepare --photos FOLDER` reads: `manifest.csv` with
`path`, `style`, `source` and `sha256`, and the photos below `photos/`. Writing it again brings it
up to date: what was deleted, or is of somebody who took the consent back, goes from the folder.
"""

import csv
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Case, OuterRef, Subquery, Value, When

from classifier.models import Outfit, Review
from classifier.personal_data.consents import consenting_owners
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing

MANIFEST = "manifest.csv"
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
    lines = [
        {"path": f"{PHOTOS}/{each.name}", "style": each.style, "source": SOURCE, "sha256": digest}
        for each, digest in zip(
            reviewed,
            objects.fetchers().map(lambda each: _fetch(each, photos), reviewed),
            strict=True,
        )
        if digest
    ]
    _write_manifest(folder / MANIFEST, lines)
    return Written(len(lines), len(leaving), len(reviewed) - len(lines))


def _reviewed() -> list[_Reviewed]:
    """Outfits with a verdict and its style: the newest by staff, else the owner's."""
    staff_first = Case(When(role=Review.Role.STAFF, then=Value(0)), default=Value(1))
    verdicts = Review.objects.filter(prediction__outfit=OuterRef("pk"))
    verdict = Subquery(verdicts.order_by(staff_first, "-created").values("style")[:1])
    outfits = (
        Outfit.objects.filter(owner__in=consenting_owners().values("pk"))
        .annotate(verdict=verdict)
        .exclude(verdict=None)
        .order_by("created", "pk")
    )
    return [
        _Reviewed(f"{pk}.jpg", key, style)
        for pk, key, style in outfits.values_list("pk", "photo_key", "verdict").iterator()
    ]


def _check_folder(folder: Path) -> None:
    """Only what this module wrote may be changed or deleted by it."""
    if not folder.exists():
        return
    ours = folder.is_dir() and all(
        path.stem == Path(MANIFEST).stem or (path.name == PHOTOS and _all_ours(path))
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


def _write_manifest(manifest: Path, lines: Sequence[dict[str, str]]) -> None:
    part = manifest.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["path", "style", "source", "sha256"])
        writer.writeheader()
        writer.writerows(lines)
    part.replace(manifest)
