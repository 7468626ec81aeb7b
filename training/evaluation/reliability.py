"""How far a run's probabilities can be trusted: the calibration part of its evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.arrays import Labels, Probabilities
from training.evaluation.calibrate import (
    SURE_ACCURACY,
    Threshold,
    brier_score,
    calibrated,
    choose_threshold,
    coverage_curve,
    error_by_chance,
    expected_calibration_error,
    log_loss,
    reliability,
)
from training.evaluation.crossfit import FOLDS, CrossFitted
from training.evaluation.evaluate import share, share_of
from training.evaluation.finished import FinishedRun

CURVE_POINTS = 100
"""At most so many points of the coverage curve are written down."""


def calibration(run: FinishedRun, crossed: CrossFitted) -> dict[str, Any]:
    """Calibration before and after temperature, and with temperatures fitted on other photos.

    ``ece_by_chance`` is the ECE that a perfectly calibrated model would show on so few photos: its
    mean, and what it stays below in 95 of 100 cases. Plain JSON types.
    """
    chance = error_by_chance(crossed.probabilities)
    return {
        "temperature": round(run.temperature, 4),
        "folds": FOLDS,
        "before": _trust(calibrated(run.logits, 1.0), run.labels),
        "after": _trust(run.probabilities, run.labels),
        "cross_fitted": _trust(crossed.probabilities, run.labels),
        "ece_by_chance": {
            "mean": round(float(chance.mean()), 4),
            "high": round(float(np.percentile(chance, 95)), 4),
        },
    }


def not_sure(
    run: FinishedRun, crossed: CrossFitted, threshold: float | None = None
) -> dict[str, Any]:
    """The curve of coverage and accuracy, the chosen point, and what other photos would give.

    ``threshold`` was chosen on sources that were left out; without one it is chosen on these
    photos. Plain JSON types.
    """
    curve = coverage_curve(run.probabilities, run.labels)
    kept = sorted({round(place) for place in np.linspace(0, len(curve) - 1, CURVE_POINTS)})
    right = crossed.probabilities.argmax(axis=1) == run.labels
    return {
        "target": SURE_ACCURACY,
        "on_left_out": threshold is not None,
        "chosen": _point(_chosen(run, threshold)),
        "cross_fitted": {"accuracy": share(right[crossed.sure]), "coverage": share(crossed.sure)},
        "curve": [_point(curve[place]) for place in kept],
    }


def _chosen(run: FinishedRun, threshold: float | None) -> Threshold:
    if threshold is None:
        return choose_threshold(run.probabilities, run.labels)
    sure = run.probabilities.max(axis=1) >= threshold
    right = run.probabilities.argmax(axis=1) == run.labels
    return Threshold(threshold, float(right[sure].mean()) if sure.any() else 0.0, sure.mean())


def _trust(probabilities: Probabilities, labels: Labels) -> dict[str, Any]:
    confidences = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    return {
        "ece": round(expected_calibration_error(probabilities, labels), 4),
        "log_loss": round(log_loss(probabilities, labels), 4),
        "brier": round(brier_score(probabilities, labels), 4),
        "mean_confidence": round(float(confidences.mean()), 4),
        "bins": [
            {"confidence": round(part.confidence, 4), "accuracy": share_of(part.right, part.count)}
            for part in reliability(confidences, right)
        ],
    }


def _point(threshold: Threshold) -> dict[str, float]:
    return {
        "threshold": threshold.value,
        "accuracy": round(threshold.accuracy, 4),
        "coverage": round(threshold.coverage, 4),
    }
