"""The contact sheet: one HTML page with the photos of each style, to look instead of read."""

from __future__ import annotations

import heapq
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.template.loader import render_to_string
from PIL import Image

from classifier.uploads.refusals import Refused
from classifier.uploads.sanitise import thumb
from inference.taxonomy import Taxonomy
from worker.folder.files import printable
from worker.folder.rows import Row
from worker.folder.sorting import UNSURE

TILES = 60
"""Photos of a style on the page, so that a hundred thousand files do not make it too large."""
FAILURES = 200
TILE_SIDE = 200


@dataclass(frozen=True)
class Tile:
    """A photo on the page; `image` is a data URI, empty where it can no longer be read."""

    path: str
    said: str
    image: str


@dataclass(frozen=True)
class Group:
    """The photos of one style, or those that the model is not sure about."""

    id: str
    name: str
    count: int
    tiles: list[Tile]
    which: str


def write_sheet(
    rows: Iterable[Row], folder: Path, taxonomy: Taxonomy, model: str, to: Path
) -> None:
    """Read all rows once, keep TILES of each style, write the page to `to`. Raises OSError."""
    counts: Counter[str] = Counter()
    best: dict[str, list[tuple[float, int, Row]]] = {}
    failures: list[Row] = []
    for number, row in enumerate(rows):
        if row.confidence is None:
            counts[""] += 1
            if len(failures) < FAILURES:
                failures.append(row)
            continue
        group = row.style if row.decided else UNSURE
        counts[group] += 1
        kept = best.setdefault(group, [])
        # The surest of a style; of the unsure ones, the least sure.
        rank = (row.confidence if row.decided else -row.confidence, -number, row)
        (heapq.heappush if len(kept) < TILES else heapq.heappushpop)(kept, rank)
    names = {style.id: style.name() for style in taxonomy.styles} | {UNSURE: "Not sure"}
    order = sorted(best, key=lambda group: (group == UNSURE, -counts[group]))

    def tile(kept: tuple[float, int, Row]) -> Tile:
        return _tile(kept[-1], folder, names)

    with ThreadPoolExecutor() as pool:
        groups = [
            Group(
                id=group,
                name=names.get(group, group),
                count=counts[group],
                tiles=list(pool.map(tile, sorted(best[group], reverse=True))),
                which="least sure" if group == UNSURE else "surest",
            )
            for group in order
        ]
    page = render_to_string(
        "worker/sheet.html",
        {
            "folder": printable(folder.resolve().name),
            "model": model,
            "total": counts.total(),
            "decided": counts.total() - counts[""] - counts[UNSURE],
            "unsure": counts[UNSURE],
            "failed": counts[""],
            "groups": groups,
            "failures": failures,
        },
    )
    to.write_text(page, encoding="utf-8")


def _tile(row: Row, folder: Path, names: dict[str, str]) -> Tile:
    style = "" if row.decided else f"{names.get(row.style, row.style)}? "
    return Tile(row.path, f"{style}{row.confidence:.0%}", _image(folder / row.path))


def _image(path: Path) -> str:
    try:
        small = Image.open(BytesIO(thumb(path.read_bytes())))
    except (OSError, Refused):  # it went, or changed, since it was classified
        return ""
    small.thumbnail((TILE_SIDE, TILE_SIDE))
    out = BytesIO()
    small.save(out, "JPEG", quality=70)
    return "data:image/jpeg;base64," + b64encode(out.getvalue()).decode()
