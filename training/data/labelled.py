"""Labelled photos: read from a manifest, from plain folders, or from a prepared dataset."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from inference.taxonomy import Taxonomy, TaxonomyError
from training.errors import TrainingError

MANIFEST = "manifest.csv"
DATASET = "dataset.csv"
OTHERS = "others.csv"
"""Beside it: the photos that show no outfit, with their kind where a style would be."""
TAXONOMY = "taxonomy.json"
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
SPLITS = ("train", "val")
VALIDATION_SHARE = 0.15
MOST_WEIGHT = 100.0
LEAST_PHOTOS = 5
"""Of every style, in each split a fit needs: fewer cannot be learnt, let alone measured."""


@dataclass(frozen=True)
class Photo:
    """One labelled photo.

    ``split`` is ``train`` or ``val``, empty where nobody said yet; ``sha256`` may be empty. Photos
    of one non-empty ``group`` look alike: whoever splits keeps them on one side. ``weight`` is how
    much it counts in training, beside 1 for a photo of which nobody said so.
    """

    path: Path
    style: str
    source: str
    split: str
    sha256: str = ""
    group: str = ""
    weight: float = 1.0


@dataclass(frozen=True)
class Dataset:
    """What ``prepare`` made: photos that were checked and split.

    ``photos`` are outfits of the taxonomy's styles. ``others`` show no outfit that could be judged
    (see ``training.data.others``); there may be none.
    """

    taxonomy: Taxonomy
    photos: tuple[Photo, ...]
    others: tuple[Photo, ...] = ()


def read_photos(folder: Path, column: str = "style") -> list[Photo]:
    """All labelled photos of ``folder``: its ``manifest.csv``, else ``style/photo.jpg`` folders.

    The manifest's ``column`` is taken for the style. The split is what the manifest says, else
    empty; the weight likewise, else 1. Further columns are ignored. Raises TrainingError when there
    is no such folder, no photo, or a manifest that cannot be used.
    """
    if not folder.is_dir():
        raise TrainingError(f"There is no folder {folder}.")
    manifest = folder / MANIFEST
    photos = list(_from_manifest(manifest, column) if manifest.is_file() else _from_folders(folder))
    if not photos:
        raise TrainingError(
            f"There are no photos in {folder}: it needs a {MANIFEST} or folders like"
            " streetwear/photo.jpg."
        )
    return photos


def read_dataset(folder: Path) -> Dataset:
    """The dataset that ``prepare`` wrote to ``folder``.

    Raises TrainingError when there is none or it was changed into something that cannot be read.
    """
    table = folder / DATASET
    if not table.is_file():
        raise TrainingError(
            f"There is no prepared dataset in {folder}; make one with: python -m training prepare."
        )
    try:
        data = json.loads((folder / TAXONOMY).read_text(encoding="utf-8"))
        taxonomy = Taxonomy.from_dict(data)
    except (OSError, ValueError) as error:  # TaxonomyError is a ValueError
        reason = f": {error}" if isinstance(error, TaxonomyError) else "."
        raise TrainingError(f"{folder / TAXONOMY} is no readable taxonomy{reason}") from error
    photos = []
    for where, photo in _table(table):
        if photo.style not in taxonomy.ids or photo.split not in SPLITS:
            raise TrainingError(f"{where} has an unknown style or split; prepare the dataset anew.")
        photos.append(photo)
    others = folder / OTHERS
    rest = tuple(photo for _, photo in _table(others)) if others.is_file() else ()
    return Dataset(taxonomy, tuple(photos), rest)


def of_taxonomy(photos: Iterable[Photo], taxonomy: Taxonomy) -> tuple[list[Photo], list[Photo]]:
    """The photos whose style the taxonomy knows, and the others."""
    known: list[Photo] = []
    unknown: list[Photo] = []
    for photo in photos:
        (known if photo.style in taxonomy.ids else unknown).append(photo)
    return known, unknown


def limited(photos: Iterable[Photo], per_style: int) -> list[Photo]:
    """At most ``per_style`` photos of each style and split, for quick trials."""
    taken: Counter[tuple[str, str]] = Counter()
    kept = []
    for photo in photos:
        taken[photo.style, photo.split] += 1
        if taken[photo.style, photo.split] <= per_style:
            kept.append(photo)
    return kept


def check_counts(photos: Iterable[Photo], taxonomy: Taxonomy) -> None:
    """Raise TrainingError when a style has too few photos to fit or to validate on."""
    counts = Counter((photo.style, photo.split) for photo in photos)
    for style in taxonomy.ids:
        for split, name in zip(SPLITS, ("training", "validation"), strict=True):
            if counts[style, split] < LEAST_PHOTOS:
                raise TrainingError(
                    f"The style {style!r} has {counts[style, split]} usable {name} photos;"
                    f" it needs at least {LEAST_PHOTOS}."
                )


def _table(table: Path) -> Iterator[tuple[str, Photo]]:
    """The photos of a prepared table, each with words for where it stands."""
    columns = ("path", "style", "source", "split", "sha256", "group")
    for where, row in _rows(table, columns):
        style, source, split, sha256, group = (row[column] for column in columns[1:])
        weight = _weight(where, row)
        yield where, Photo(Path(row["path"]), style, source, split, sha256, group, weight)


def _from_manifest(manifest: Path, column: str) -> Iterator[Photo]:
    for where, row in _rows(manifest, ("path", column)):
        path, style, split = row["path"], row[column], row.get("split", "")
        if not path or not style:
            raise TrainingError(f"{where} has no path or no {column}.")
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise TrainingError(
                f"{where} has the path {path!r}, which leaves the manifest's folder."
            )
        if split and split not in SPLITS:
            raise TrainingError(f"{where} has the split {split!r}; it must be train or val.")
        yield Photo(
            path=manifest.parent / path,
            style=style,
            source=row.get("source") or "unknown",
            split=split,
            sha256=row.get("sha256", "").lower(),
            weight=_weight(where, row),
        )


def _weight(where: str, row: Mapping[str, str]) -> float:
    """How much the row's photo counts; 1 where the table says nothing of it."""
    said = row.get("weight", "")
    if not said:
        return 1.0
    try:
        weight = float(said)
    except ValueError:
        weight = math.nan
    if not 0 < weight <= MOST_WEIGHT:  # not a number is no more than 0 either
        raise TrainingError(
            f"{where} has the weight {said!r}; it must be a number above 0 and at most"
            f" {MOST_WEIGHT:g}. A photo that is not to count is left out."
        )
    return weight


def _rows(table: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each row with words for where it stands; a cell that a short row lacks is empty."""
    try:
        # A spreadsheet program may have put a byte order mark before the first column's name.
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", restval="", strict=True)
            rows = [(reader.line_num, row) for row in reader]
            names = reader.fieldnames or ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{table} cannot be read: {error}.") from error
    for column in columns:
        if column not in names:
            raise TrainingError(f"{table} has no column {column!r}.")
    for number, row in rows:
        yield f"Line {number} of {table}", row


def _from_folders(folder: Path) -> Iterator[Photo]:
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith("."):
            yield Photo(path, path.parent.name, folder.name, "")
