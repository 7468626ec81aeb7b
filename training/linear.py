"""The head on frozen features, chosen on the validation split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from training.calibrate import (
    Threshold,
    choose_threshold,
    expected_calibration_error,
    fit_temperature,
    softmax,
)
from training.head import Examples, Floats, Head, Labels, Projection, fit_head, fit_projection

DECAYS = (0.01, 0.03, 0.1)
BALANCES = (0.0, 0.5)
EMBEDDING_SIZE = 256
SURE_ACCURACY = 0.85


@dataclass(frozen=True)
class Fitted:
    """Everything that stands on top of the backbone, and what was measured choosing it."""

    head: Head
    temperature: float
    threshold: Threshold
    projection: Projection
    trials: list[dict[str, Any]]
    ece_before: float
    ece_after: float


def fit(train: Examples, val: Examples, classes: int, say: Callable[[str], None] = print) -> Fitted:
    """Fit on the training examples; choose decay, balance and temperature on validation.

    Of the trials the one with the best mean of top-1 and macro recall is taken: the small styles
    count, but not at any price.
    """
    trials: list[dict[str, Any]] = []
    heads: list[Head] = []
    for balance in BALANCES:
        for decay in DECAYS:
            heads.append(fit_head(train, classes, decay, balance))
            top1, macro = _accuracies(heads[-1].logits(val.features), val.labels)
            trials.append({"decay": decay, "balance": balance, "top1": top1, "macro_recall": macro})
            say(f"Head: decay {decay:g}, balance {balance:g}: top-1 {top1:.3f}, macro {macro:.3f}")
    best = max(range(len(trials)), key=lambda i: trials[i]["top1"] + trials[i]["macro_recall"])
    trials[best]["chosen"] = True
    logits = heads[best].logits(val.features)
    temperature = fit_temperature(logits, val.labels)
    probabilities = softmax(logits / np.float32(temperature))
    return Fitted(
        head=heads[best],
        temperature=temperature,
        threshold=choose_threshold(probabilities, val.labels, SURE_ACCURACY),
        projection=fit_projection(train.features, EMBEDDING_SIZE),
        trials=trials,
        ece_before=round(expected_calibration_error(softmax(logits), val.labels), 4),
        ece_after=round(expected_calibration_error(probabilities, val.labels), 4),
    )


def _accuracies(logits: Floats, labels: Labels) -> tuple[float, float]:
    right = logits.argmax(axis=1) == labels
    macro = np.mean([right[labels == label].mean() for label in np.unique(labels)])
    return round(float(right.mean()), 4), round(float(macro), 4)
