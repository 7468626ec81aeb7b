"""The files of a prepared dataset, and the numbers that say what is in it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from inference.taxonomy import Taxonomy
from training import writing
from training.data.checking import Checked, Dropped
from training.data.labelled import DATASET, OTHERS, SPLITS, TAXONOMY, Photo
from training.errors import TrainingError

DROPPED = "dropped.csv"
SUMMARY = "summary.json"
COLUMNS = ("path", "style", "source", "split", "sha256", "width", "height", "group")
"""Of ``dataset.csv``; paths are absolute. ``weight`` follows where a photo has one."""


def summary_of(
    taxonomy: Taxonomy, kept: Sequence[Checked], given: int, dropped: Iterable[Dropped]
) -> dict[str, Any]:
    """Counts of what was kept and dropped; ``given`` photos have the split of their manifest."""
    photos = [checked.photo for checked in kept]
    sources = sorted({photo.source for photo in photos})
    sides: dict[str, set[str]] = {}
    for photo in photos:
        if photo.group:
            sides.setdefault(photo.group, set()).add(photo.split)
    return {
        "photos": _by_split(photos),
        "styles": {
            style: _by_split(photo for photo in photos if photo.style == style)
            for style in taxonomy.ids
        },
        "sources": {
            source: _by_split(photo for photo in photos if photo.source == source)
            for source in sources
        },
        "dropped": dict(Counter(drop.reason.value for drop in dropped)),
        "splits": {
            "given": given,
            "made": len(photos) - given,
            "groups": len(sides),
            "look_alikes_across": sum(len(sides.get(photo.group, ())) > 1 for photo in photos),
        },
    }


def write_dataset(
    output: Path,
    taxonomy: Taxonomy,
    kept: tuple[Sequence[Checked], Sequence[Checked]],
    dropped: Iterable[Dropped],
    summary: Mapping[str, Any],
) -> None:
    """Write all files, in one step for whoever reads them. Raises TrainingError if it cannot.

    ``kept``: the outfits, and the photos without one.
    """
    outfits, others = kept
    try:
        with writing.unfinished_folder(output) as folder:
            writing.write_json(folder / TAXONOMY, taxonomy.to_dict())
            writing.write_json(folder / SUMMARY, dict(summary))
            _write_table(
                folder / DROPPED,
                ("path", "style", "reason", "of"),
                ((d.photo.path, d.photo.style, d.reason.value, d.of or "") for d in dropped),
            )
            for name, photos in ((OTHERS, others), (DATASET, outfits)):
                if photos or name == DATASET:
                    _write_photos(folder / name, photos)
    except OSError as error:
        raise TrainingError(f"{output} cannot be written: {error.strerror}.") from error


def _by_split(photos: Iterable[Photo]) -> dict[str, int]:
    counts = Counter(photo.split for photo in photos)
    return {split: counts[split] for split in SPLITS}


def weighted(photos: Iterable[Photo]) -> bool:
    """Whether some photo counts more or less than others: only then a table says so."""
    return any(photo.weight != 1 for photo in photos)


def _write_photos(path: Path, photos: Sequence[Checked]) -> None:
    more = ("weight",) if weighted(checked.photo for checked in photos) else ()
    rows = ((*_row(checked), *(checked.photo.weight for _ in more)) for checked in photos)
    _write_table(path, (*COLUMNS, *more), rows)


def _row(checked: Checked) -> tuple[object, ...]:
    photo = checked.photo
    said = (photo.path, photo.style, photo.source, photo.split, photo.sha256)
    return (*said, checked.width, checked.height, photo.group)


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
