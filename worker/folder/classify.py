"""Rows for files: decoding beside inference, the engine in batches, the order of the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle
from inference.calibration import OUTFIT
from inference.engine import Engine
from inference.verdict import Verdict, verdict_at
from worker.folder.decoding import decoded
from worker.folder.files import Found
from worker.folder.rows import TOP, Guess, Row

BATCH = 16
"""Photos in one call of the engine."""


def classify(
    files: Iterable[Found],
    folder: Path,
    bundle: Bundle,
    engine: Engine,
    *,
    wardrobe: str = "",
    threads: int = 2,
) -> Iterator[list[tuple[Path, Row]]]:
    """Portions of at most BATCH files with their rows, in the order of `files`."""
    stream = decoded(files, threads)
    while portion := list(islice(stream, BATCH)):
        pixels = [image for _, image in portion if not isinstance(image, str)]
        said = iter(_said(np.stack(pixels), bundle, engine, wardrobe) if pixels else ())
        rows = []
        for file, image in portion:
            name = file.name(folder)
            if isinstance(image, str):
                rows.append((file.path, Row(name, error=image)))
            else:
                rows.append((file.path, _row(name, next(said), bundle.taxonomy.ids)))
        yield rows


def _said(
    images: npt.NDArray[np.uint8], bundle: Bundle, engine: Engine, wardrobe: str
) -> list[Verdict]:
    outputs = engine.run(images)
    return [verdict_at(outputs, row, bundle, wardrobe) for row in range(len(images))]


def _row(name: str, verdict: Verdict, ids: Sequence[str]) -> Row:
    best = np.argsort(-verdict.probabilities, kind="stable")[:TOP]
    top = tuple(Guess(ids[each], round(float(verdict.probabilities[each]), 4)) for each in best)
    if verdict.kind != OUTFIT:
        return Row(name, verdict.kind, decided=False, top=top)
    return Row(
        name,
        kind=verdict.kind,
        style=verdict.style,
        confidence=round(verdict.confidence, 4),
        decided=verdict.decided,
        set=verdict.style_set,
        top=top,
    )
