"""What a model is worth on photos it has not seen, said with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from training.calibrate import Probabilities, expected_calibration_error
from training.head import Labels

Flags = npt.NDArray[np.bool_]


def share(flags: Flags) -> dict[str, float | int]:
    """The share of true flags with its 95 % interval (Wilson 1927) and their number."""
    count = len(flags)
    value = float(flags.mean()) if count else 0.0
    z = 1.959964
    centre = (value + z * z / (2 * count)) / (1 + z * z / count) if count else 0.5
    half = (
        z * np.sqrt(value * (1 - value) / count + z * z / (4 * count**2)) / (1 + z * z / count)
        if count
        else 0.5
    )
    return {
        "value": round(value, 4),
        "low": round(float(max(centre - half, 0)), 4),
        "high": round(float(min(centre + half, 1)), 4),
        "n": count,
    }


def evaluate(
    probabilities: Probabilities, labels: Labels, styles: Sequence[str], sources: Sequence[str]
) -> dict[str, Any]:
    """Top-1, 2, 3, macro averages, each style and source, the confusions and the ECE.

    ``probabilities`` [N, C] in the order of ``styles``; ``labels`` [N]; ``sources`` of length N.
    Plain JSON types.
    """
    ranking = np.argsort(-probabilities, axis=1, kind="stable")
    top = ranking[:, 0]
    confusion = np.zeros((len(styles), len(styles)), int)
    np.add.at(confusion, (labels, top), 1)
    per_style = {
        style: _style_metrics(confusion, index, top, labels) for index, style in enumerate(styles)
    }
    origin = np.asarray(sources)
    return {
        "n": len(labels),
        "majority": round(float(confusion.sum(axis=1).max() / len(labels)), 4),
        **{
            f"top{count}": share((ranking[:, :count] == labels[:, None]).any(axis=1))
            for count in (1, 2, 3)
        },
        "macro_recall": _mean(per_style, "recall"),
        "macro_f1": _mean(per_style, "f1"),
        "ece": round(expected_calibration_error(probabilities, labels), 4),
        "per_style": per_style,
        "per_source": {
            source: share((top == labels)[origin == source]) for source in sorted(set(sources))
        },
        "confusion": confusion.tolist(),
    }


def _style_metrics(
    confusion: npt.NDArray[np.int_], index: int, top: Labels, labels: Labels
) -> dict[str, Any]:
    right = int(confusion[index, index])
    said, are = int(confusion[:, index].sum()), int(confusion[index].sum())
    return {
        "n": are,
        "recall": share((top == labels)[labels == index]),
        "precision": round(right / said, 4) if said else 0.0,
        "f1": round(2 * right / (said + are), 4) if said + are else 0.0,
    }


def _mean(per_style: dict[str, dict[str, Any]], key: str) -> float:
    values = [metrics[key] for metrics in per_style.values()]
    numbers = [value["value"] if isinstance(value, dict) else value for value in values]
    return round(float(np.mean(numbers)), 4)
