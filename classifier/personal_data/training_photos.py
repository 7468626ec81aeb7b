"""Photos for training from the history: reviewed, and only of people who consent now.

The folder is one that `python -m training prepare --photos FOLDER` reads: `manifest.csv` with
`path`, `style`, `source`, `split`, `weight` and `sha256`, and the photos below `photos/`. What is
no outfit has no style to learn: it is in a folder of the same kind below, `others/`, with `kind`
for `style`, which `--others` reads for the gate. Writing it again brings it up to date: what was
deleted, or is of somebody who took the consent back, goes from the folder.
"""

import csv
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.personal_data.training_examples import Example, consenting, examples
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing

MANIFEST = "manifest.csv"
PHOTOS, OTHERS = "photos", "others"
SOURCE = "history"
TRAINS, TESTS = "train", "val"
"""Splits of a manifest; `prepare` keeps them."""


class FolderInUse(Exception):
    """The folder has something else in it; the message is a sentence that says what to do."""


@dataclass(frozen=True)
class Written:
    """How many photos the folder has now, went from it, and are gone from the bucket.

    `held_out` of them test a model and train none.
    """

    photos: int
    held_out: int
    removed: int
    missing: int


@dataclass(frozen=True)
class _Part:
    """A folder with a manifest, the column of its labels, and what it is to hold."""

    folder: Path
    column: str
    examples: Sequence[Example]

    @property
    def names(self) -> set[str]:
        return {_name(each) for each in self.examples}


def write_training_photos(
    folder: Path, on_progress: Callable[[int], None] = lambda _: None
) -> Written:
    """Write the folder, or bring it up to date. Raises FolderInUse, StorageUnavailable, OSError.

    What must go goes first, and the manifests come last: a run that was cut off is run again.
    `on_progress` is told how many photos are there, from time to time, and may raise to stop it.
    """
    if folder.exists() and not _is_ours(folder):
        raise FolderInUse(f"{folder} has something else in it: name a new or an empty folder.")
    found = examples()
    parts = (_Part(folder, "style", found.outfits), _Part(folder / OTHERS, "kind", found.others))
    removed = sum(_keep(part.folder, part.names) for part in parts)
    written = sum(_write(part, on_progress) for part in parts)
    wanted = sum(len(part.examples) for part in parts)
    out = sum(each.held_out for each in found.outfits)
    return Written(written, out, removed, wanted - written)


def remove_withdrawn(folder: Path) -> int:
    """Take photos away that were deleted, or whose owner took the consent back, since they came.

    Nothing is added. Returns how many photos went; the manifests say so too. Raises OSError.
    """
    removed = 0
    for part in (folder, folder / OTHERS):
        photos = part / PHOTOS
        names = {path.name for path in photos.iterdir()} if photos.is_dir() else set()
        stay = {f"{each}.jpg" for each in consenting(uuid.UUID(name[:36]) for name in names)}
        if gone := _keep(part, stay):
            _keep_rows(part / MANIFEST, stay)
            removed += gone
    return removed


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


def _name(example: Example) -> str:
    return f"{example.outfit_id}.jpg"


def _keep(folder: Path, names: set[str]) -> int:
    """Delete the photos of other names. Returns how many those were."""
    photos = folder / PHOTOS
    photos.mkdir(parents=True, exist_ok=True)
    leaving = [path for path in photos.iterdir() if path.name not in names]
    for path in leaving:
        path.unlink()
    return len(leaving)


def _keep_rows(manifest: Path, names: set[str]) -> None:
    if not manifest.is_file():
        return
    with manifest.open(newline="", encoding="utf-8") as file:
        heading, *rows = csv.reader(file)
    _write_rows(manifest, heading, [row for row in rows if Path(row[0]).name in names])


def _write(part: _Part, on_progress: Callable[[int], None]) -> int:
    """Fetch what is new and write the manifest. Returns how many photos there are."""
    photos = part.folder / PHOTOS
    rows = []
    fetched = objects.fetchers().map(lambda each: _fetch(each, photos), part.examples)
    for example, digest in zip(part.examples, fetched, strict=True):
        if digest:
            split = TESTS if example.held_out else TRAINS
            said = [example.label, SOURCE, split, example.weight, digest]
            rows.append([f"{PHOTOS}/{_name(example)}", *said])
            on_progress(len(rows))
    heading = ["path", part.column, "source", "split", "weight", "sha256"]
    _write_rows(part.folder / MANIFEST, heading, rows)
    return len(rows)


def _write_rows(manifest: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    growing = manifest.with_suffix(".part")
    with growing.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
    growing.replace(manifest)


def _fetch(example: Example, photos: Path) -> str:
    """The checksum of the photo's file, which is fetched if need be; empty if it is gone."""
    path = photos / _name(example)
    if not path.exists():
        try:
            data = objects.get(example.key)
        except ObjectMissing:
            return ""
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()
