"""How far the probabilities may be trusted: temperature, and when to say *not sure*."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from training.arrays import Flags, Floats, Labels, Probabilities

SURE_ACCURACY = 0.85
"""The share of the answers given that shall be right; *not sure* is for the rest."""
LEAST_COVERAGE = 0.5
"""The share of photos that are answered in any case."""
BINS = 15


@dataclass(frozen=True)
class Threshold:
    """Answers whose top probability is at least ``value`` are given, the others are *not sure*."""

    value: float
    accuracy: float
    coverage: float


@dataclass(frozen=True)
class Bin:
    """Photos whose confidence lies in one range: how many, how sure on average, how many right."""

    count: int
    confidence: float
    right: int

    @property
    def accuracy(self) -> float:
        """The share of the bin's photos that are right."""
        return self.right / self.count


def softmax(logits: Floats) -> npt.NDArray[np.float64]:
    """Rows that sum to 1."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def calibrated(logits: Floats, temperature: float) -> npt.NDArray[np.float64]:
    """The probabilities after temperature scaling: float64 [N, C] for logits [N, C]."""
    return softmax(logits / np.float32(temperature))


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The divisor of the logits that makes the labels likeliest.

    Guo et al.: On Calibration of Modern Neural Networks, 2017 (https://arxiv.org/abs/1706.04599).
    """

    def loss(log_temperature: float) -> float:
        return log_loss(calibrated(logits, float(np.exp(log_temperature))), labels)

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def log_loss(probabilities: Probabilities, labels: Labels) -> float:
    """Mean negative log-likelihood of the labels, in nats."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(chosen.clip(1e-12)).mean())


def brier_score(probabilities: Probabilities, labels: Labels) -> float:
    """Mean squared distance of the probabilities from the truth, 0 to 2 (Brier 1950)."""
    truth = np.eye(probabilities.shape[1])[labels]
    return float(np.square(probabilities - truth).sum(axis=1).mean())


def reliability(confidences: Probabilities, right: Flags, bins: int = BINS) -> list[Bin]:
    """The photos in equally wide bins of confidence [N]; empty bins are left out."""
    places = np.minimum((confidences * bins).astype(int), bins - 1)
    return [
        Bin(int(inside.sum()), float(confidences[inside].mean()), int(right[inside].sum()))
        for inside in (places == place for place in np.unique(places))
    ]


def expected_calibration_error(
    probabilities: Probabilities, labels: Labels, bins: int = BINS
) -> float:
    """Mean distance of confidence from accuracy over equally wide bins of confidence (ECE)."""
    right = probabilities.argmax(axis=1) == labels
    return _error_of(reliability(probabilities.max(axis=1), right, bins))


def error_by_chance(probabilities: Probabilities, times: int = 500, seed: int = 0) -> Floats:
    """The ECE that a perfectly calibrated model with these confidences has by luck: [times].

    Few photos make it well above 0, so a measured ECE is to be read against it. Consistency
    resampling: Bröcker and Smith, Increasing the Reliability of Reliability Diagrams, 2007.
    """
    random = np.random.default_rng(seed)
    confidences = probabilities.max(axis=1)
    draws = (random.random(len(confidences)) < confidences for _ in range(times))
    return np.array([_error_of(reliability(confidences, right)) for right in draws], np.float32)


def coverage_curve(probabilities: Probabilities, labels: Labels) -> list[Threshold]:
    """Every threshold that makes a difference, strictest first; the last answers everything.

    Confidences count in steps of 0.0001, so that a threshold means the same when it is written
    with four decimals.
    """
    confidences = np.floor(probabilities.max(axis=1).astype(np.float64) * 1e4) / 1e4
    order = np.argsort(-confidences, kind="stable")
    confidences = confidences[order]
    right = np.cumsum((probabilities.argmax(axis=1) == labels)[order])
    lasts = np.append(np.flatnonzero(np.diff(confidences)), len(labels) - 1)
    curve = [
        Threshold(
            float(confidences[last]), float(right[last] / (last + 1)), (last + 1) / len(right)
        )
        for last in lasts.tolist()
    ]
    return [*curve[:-1], Threshold(0.0, curve[-1].accuracy, 1.0)]


def choose_threshold(
    probabilities: Probabilities,
    labels: Labels,
    accuracy: float = SURE_ACCURACY,
    least_coverage: float = LEAST_COVERAGE,
) -> Threshold:
    """The lowest threshold at which the given answers are right at least ``accuracy`` of the time.

    Where no threshold reaches that with ``least_coverage`` of the photos answered, it is the one
    with the best accuracy among those that answer so many.
    """
    curve = coverage_curve(probabilities, labels)
    allowed = [point for point in curve if point.coverage >= least_coverage]
    reached = [point for point in allowed if point.accuracy >= accuracy]
    return reached[-1] if reached else max(allowed, key=lambda point: point.accuracy)


def _error_of(bins: list[Bin]) -> float:
    photos = sum(part.count for part in bins)
    return sum(part.count * abs(part.accuracy - part.confidence) for part in bins) / photos
