"""What a crawl leaves: `manifest.csv`, which training reads, `failures.csv`, `left-out.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from crawler.journal import Journal

MANIFEST = "manifest.csv"
FAILURES = "failures.csv"
LEFT_OUT = "left-out.csv"
COLUMNS = (
    *("path", "style", "source", "sha256", "width", "height", "wardrobe"),
    *("image_url", "page_url", "owner", "date", "near_duplicate_of"),
)


def write_manifest(output: Path, journal: Journal) -> None:
    """Write the files anew; a reader finds the old ones or the new ones, never a half."""
    about = journal.about()
    source, wardrobe, rights = about or ("", "", "")
    snaps = (
        (
            *(row["path"], row["style"], source, row["sha256"], row["width"], row["height"]),
            *(wardrobe, row["image_url"], row["page_url"], row["owner"] or rights),
            *(row["date"], row["alike"]),
        )
        for row in journal.saved_snaps()
    )
    _write(output / MANIFEST, COLUMNS, snaps)
    pages = [
        (row["style"], row["number"], row["url"], row["reason"]) for row in journal.failed_pages()
    ]
    items = [
        (row["style"], row["page"], row["url"], row["reason"]) for row in journal.failed_items()
    ]
    failed = [
        (row["style"], row["page"], row["image_url"], row["reason"])
        for row in journal.failed_snaps()
    ]
    _write(output / FAILURES, ("style", "page", "address", "reason"), [*pages, *items, *failed])

    left_out = [
        (row["path"], row["style"], row["reason"], row["image_url"], row["page_url"])
        for row in journal.left_out_snaps()
    ]
    if left_out or (output / LEFT_OUT).exists():
        columns = ("path", "style", "kind", "image_url", "page_url")
        _write(output / LEFT_OUT, columns, left_out)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    growing = path.with_name(f".{path.name}.part")
    with growing.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    growing.replace(path)
