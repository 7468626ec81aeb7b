"""How far the probabilities may be trusted: temperature, and when to say *not sure*."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from training.head import Floats, Labels

Probabilities = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Threshold:
    """Answers whose top probability is at least ``value`` are given, the others are *not sure*."""

    value: float
    accuracy: float
    coverage: float


def softmax(logits: Floats) -> npt.NDArray[np.float64]:
    """Rows that sum to 1."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The divisor of the logits that makes the labels likeliest.

    Guo et al.: On Calibration of Modern Neural Networks, 2017 (https://arxiv.org/abs/1706.04599).
    """

    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits / np.float32(np.exp(log_temperature)))
        chosen = probabilities[np.arange(len(labels)), labels]
        return float(-np.log(chosen.clip(1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def expected_calibration_error(
    probabilities: Probabilities, labels: Labels, bins: int = 15
) -> float:
    """Mean distance of confidence from accuracy over equally wide bins of confidence (ECE)."""
    confidences = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    error = 0.0
    for place in np.unique(places):
        inside = places == place
        error += inside.mean() * abs(right[inside].mean() - confidences[inside].mean())
    return float(error)


def choose_threshold(
    probabilities: Probabilities, labels: Labels, accuracy: float, least_coverage: float = 0.5
) -> Threshold:
    """The lowest threshold at which the given answers are right at least ``accuracy`` of the time.

    Where no threshold reaches that with ``least_coverage`` of the photos answered, it is the one
    with the best accuracy among those that answer so many.
    """
    confidences = probabilities.max(axis=1)
    order = np.argsort(-confidences, kind="stable")
    right = (probabilities.argmax(axis=1) == labels)[order]
    accuracies = np.cumsum(right) / np.arange(1, len(right) + 1)
    first = max(int(np.ceil(least_coverage * len(right))) - 1, 0)
    reached = np.flatnonzero(accuracies[first:] >= accuracy)
    last = first + int(reached[-1] if len(reached) else np.argmax(accuracies[first:]))
    everything = last == len(right) - 1
    return Threshold(
        value=0.0 if everything else round(float(confidences[order][last]), 4),
        accuracy=float(accuracies[last]),
        coverage=(last + 1) / len(right),
    )
