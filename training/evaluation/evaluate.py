"""What a model is worth on photos it has not seen, said with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from training.arrays import Flags, Labels, Probabilities
from training.evaluation import bootstrap
from training.evaluation.calibrate import expected_calibration_error

Counts = npt.NDArray[np.int_]


def share(flags: Flags) -> dict[str, float | int]:
    """The share of true flags with its 95 % interval (Wilson 1927) and their number."""
    return share_of(int(flags.sum()), len(flags))


def share_of(part: int, whole: int) -> dict[str, float | int]:
    """``part`` of ``whole`` as a share with its 95 % interval (Wilson 1927)."""
    value = part / whole if whole else 0.0
    z = 1.959964
    centre = (value + z * z / (2 * whole)) / (1 + z * z / whole) if whole else 0.5
    half = (
        z * np.sqrt(value * (1 - value) / whole + z * z / (4 * whole**2)) / (1 + z * z / whole)
        if whole
        else 0.5
    )
    return {
        "value": round(value, 4),
        "low": round(float(max(centre - half, 0)), 4),
        "high": round(float(min(centre + half, 1)), 4),
        "n": whole,
    }


def evaluate(
    probabilities: Probabilities, labels: Labels, styles: Sequence[str], sources: Sequence[str]
) -> dict[str, Any]:
    """Top-1, 2, 3, macro averages, each style and source, the confusions and the ECE.

    ``probabilities`` [N, C] in the order of ``styles``; ``labels`` [N]; ``sources`` of length N.
    The macro averages are over the styles that have photos here. Intervals are 95 %: Wilson's for
    shares, by bootstrap for F1 and the averages. Plain JSON types.
    """
    ranking = np.argsort(-probabilities, axis=1, kind="stable")
    top = ranking[:, 0]
    confusion = np.zeros((len(styles), len(styles)), int)
    np.add.at(confusion, (labels, top), 1)
    weights = bootstrap.resample(labels)
    present = confusion.sum(axis=1) > 0
    recalls = bootstrap.recalls(weights, labels, top, len(styles))
    f1_scores = bootstrap.f1_scores(weights, labels, top, len(styles))
    per_style = {
        style: _style_metrics(confusion, index, f1_scores[:, index])
        for index, style in enumerate(styles)
    }
    counted = [metrics for metrics in per_style.values() if metrics["n"]]
    origin = np.asarray(sources)
    return {
        "n": len(labels),
        "majority": round(float(confusion.sum(axis=1).max() / len(labels)), 4),
        **{
            f"top{count}": share((ranking[:, :count] == labels[:, None]).any(axis=1))
            for count in (1, 2, 3)
        },
        "macro_recall": _mean([metrics["recall"]["value"] for metrics in counted]),
        "macro_recall_interval": bootstrap.interval(recalls[:, present].mean(axis=1)),
        "macro_f1": _mean([metrics["f1"] for metrics in counted]),
        "macro_f1_interval": bootstrap.interval(f1_scores[:, present].mean(axis=1)),
        "ece": round(expected_calibration_error(probabilities, labels), 4),
        "per_style": per_style,
        "per_source": {
            source: share((top == labels)[origin == source]) for source in sorted(set(sources))
        },
        "confusion": confusion.tolist(),
    }


def top_confusions(
    confusion: Sequence[Sequence[int]], styles: Sequence[str], most: int = 10
) -> list[dict[str, Any]]:
    """The commonest mistakes, most photos first: ``style`` was named ``said`` in ``n`` photos.

    ``share`` is of the style's photos. Plain JSON types.
    """
    counts = np.asarray(confusion)
    mistakes = [
        (int(counts[style, said]), style, said)
        for style, said in zip(*np.nonzero(counts), strict=True)
        if style != said
    ]
    mistakes.sort(key=lambda mistake: (-mistake[0], -mistake[0] / counts[mistake[1]].sum()))
    return [
        {
            "style": styles[style],
            "said": styles[said],
            "n": number,
            "share": round(float(number / counts[style].sum()), 4),
        }
        for number, style, said in mistakes[:most]
    ]


def _style_metrics(
    confusion: Counts, index: int, f1_resampled: npt.NDArray[np.floating]
) -> dict[str, Any]:
    right = int(confusion[index, index])
    said, are = int(confusion[:, index].sum()), int(confusion[index].sum())
    return {
        "n": are,
        "said": said,
        "recall": share_of(right, are),
        "precision": round(right / said, 4) if said else 0.0,
        "precision_interval": {key: share_of(right, said)[key] for key in ("low", "high")},
        "f1": round(2 * right / (said + are), 4) if said + are else 0.0,
        "f1_interval": bootstrap.interval(f1_resampled) if are else {"low": 0.0, "high": 1.0},
    }


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)
