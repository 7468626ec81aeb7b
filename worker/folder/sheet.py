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
from inference.calibration import PEOPLE
from inference.taxonomy import Taxonomy
from worker.folder.files import printable
from worker.folder.rows import Row
from worker.folder.sorting import NO_OUTFIT, UNSURE, group_of

TILES = 60
"""Photos of a style on the page, so that a hundred thousand files do not make it too large."""
FAILURES = 200
TILE_SIDE = 200
OTHER_GROUPS = {UNSURE: "Not sure", NO_OUTFIT: "No outfit"}
_WHICH = {UNSURE: "least sure", NO_OUTFIT: "first"}


@dataclass(frozen=True)
class Tile:
    """A photo on the page; `image` is a data URI, empty where it can no longer be read."""

    path: str
    said: str
    image: str


@dataclass(frozen=True)
class Group:
    """The photos of one style, those that the model is not sure about, or those of no outfit."""

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
        if row.error:
            counts[""] += 1
            if len(failures) < FAILURES:
                failures.append(row)
            continue
        group = group_of(row)
        counts[group] += 1
        kept = best.setdefault(group, [])
        # The surest of a style; of the unsure ones, the least sure; the first without an outfit.
        sure = row.confidence or 0.0
        rank = (sure if row.decided else -sure, -number, row)
        (heapq.heappush if len(kept) < TILES else heapq.heappushpop)(kept, rank)
    names = {style.id: style.name() for style in taxonomy.styles} | OTHER_GROUPS
    styles = sorted(best.keys() - OTHER_GROUPS, key=lambda group: (-counts[group], group))
    order = [*styles, *(group for group in OTHER_GROUPS if group in best)]

    def tile(kept: tuple[float, int, Row]) -> Tile:
        return _tile(kept[-1], folder, names)

    with ThreadPoolExecutor() as pool:
        groups = [
            Group(
                id=group,
                name=names.get(group, group),
                count=counts[group],
                tiles=list(pool.map(tile, sorted(best[group], reverse=True))),
                which=_WHICH.get(group, "surest"),
            )
            for group in order
        ]
    page = render_to_string(
        "worker/sheet.html",
        {
            "folder": printable(folder.resolve().name),
            "model": model,
            "total": counts.total(),
            "decided": sum(counts[group] for group in best if group not in OTHER_GROUPS),
            "unsure": counts[UNSURE],
            "without_outfit": counts[NO_OUTFIT],
            "failed": counts[""],
            "groups": groups,
            "failures": failures,
        },
    )
    to.write_text(page, encoding="utf-8")


def _tile(row: Row, folder: Path, names: dict[str, str]) -> Tile:
    return Tile(row.path, _said(row, names), _image(folder / row.path))


def _said(row: Row, names: dict[str, str]) -> str:
    """What stands below a photo: how sure, what else, or why not."""
    if row.without_outfit:
        return "people" if row.kind == PEOPLE else "no outfit"
    style = "" if row.decided else f"{names.get(row.style, row.style)}? "
    others = ", ".join(names.get(each, each) for each in row.set if each != row.style)
    perhaps = f", perhaps {others}" if others else ""
    return f"{style}{row.confidence or 0:.0%}{perhaps}"


def _image(path: Path) -> str:
    try:
        small = Image.open(BytesIO(thumb(path.read_bytes())))
    except (OSError, Refused):  # it went, or changed, since it was classified
        return ""
    small.thumbnail((TILE_SIDE, TILE_SIDE))
    out = BytesIO()
    small.save(out, "JPEG", quality=70)
    return "data:image/jpeg;base64," + b64encode(out.getvalue()).decode()
