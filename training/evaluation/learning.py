"""The learning curves of a run, from its log."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from training.evaluation import charts


@dataclass(frozen=True)
class Learning:
    """What the log tells: the charts, how many epochs in how many minutes, and the best of them."""

    charts: tuple[Markup, ...]
    epochs: int
    best: int
    minutes: float


def learning_charts(rows: Sequence[Mapping[str, str]]) -> Learning | None:
    """Loss and accuracy over the epochs of ``log.csv``; None when it has no epoch.

    Epochs are counted through all phases. A number that is missing or not finite leaves a gap.
    """
    if not rows:
        return None
    losses = _points(rows, "val_loss")
    best = min(losses, key=lambda point: point[1]) if losses else None
    return Learning(
        charts=tuple(
            _chart(rows, measure, best[0] if best else None)
            for measure in ("loss", "accuracy")
            if _points(rows, measure) or _points(rows, f"val_{measure}")
        ),
        epochs=len(rows),
        best=int(best[0]) if best else 0,
        minutes=sum(second for _, second in _points(rows, "seconds")) / 60,
    )


def _chart(rows: Sequence[Mapping[str, str]], measure: str, best: float | None) -> Markup:
    training, validation = _points(rows, measure), _points(rows, f"val_{measure}")
    low, high = charts.nice_range([value for _, value in (*training, *validation)], floor=0)
    marks = [charts.Mark(point) for point in validation if point[0] == best]
    share = measure == "accuracy"
    return charts.line_chart(
        [
            charts.Line("training", training, "second"),
            charts.Line("validation", validation, "first"),
        ],
        charts.Axis("epoch", 1, max(len(rows), 2)),
        charts.Axis(measure, low, min(high, 1) if share else high, charts.percent)
        if share
        else charts.Axis(measure, low, high),
        f"{measure.capitalize()} on training and validation photos over {len(rows)} epochs.",
        marks if measure == "loss" else [],
    )


def _points(rows: Sequence[Mapping[str, str]], column: str) -> list[charts.Point]:
    points = []
    for epoch, row in enumerate(rows, start=1):
        try:
            value = float(row[column])
        except (KeyError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            points.append((float(epoch), value))
    return points
