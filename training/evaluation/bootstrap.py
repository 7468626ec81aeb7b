"""Intervals of numbers that have no formula for one: the photos are drawn again and again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.arrays import Labels

RESAMPLES = 1000
Weights = npt.NDArray[np.float32]
Interval = dict[str, float]


def resample(labels: Labels, times: int = RESAMPLES, seed: int = 0) -> Weights:
    """How often each photo is drawn in each resample: float32 [times, N].

    Drawn with replacement within each style, because the split is stratified: the number of photos
    of a style is given and not an accident. (Efron and Tibshirani: An Introduction to the
    Bootstrap, 1993.) The same labels and seed give the same draws, so two classifiers can be
    compared on them.
    """
    random = np.random.default_rng(seed)
    weights = np.zeros((times, len(labels)), np.float32)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        count = len(places)
        weights[:, places] = random.multinomial(count, np.full(count, 1 / count), size=times)
    return weights


def interval(values: npt.NDArray[np.floating]) -> Interval:
    """The middle 95 % of resampled values (the percentile interval)."""
    low, high = np.percentile(values, (2.5, 97.5))
    return {"low": round(float(low), 4), "high": round(float(high), 4)}


def recalls(weights: Weights, labels: Labels, top: Labels, classes: int) -> Weights:
    """The recall of each style in each resample: float32 [times, C]; ``nan`` without photos."""
    are, right, _ = _counts(weights, labels, top, classes)
    return _ratio(right, are)


def f1_scores(weights: Weights, labels: Labels, top: Labels, classes: int) -> Weights:
    """F1 of each style in each resample: float32 [times, C]; ``nan`` without photos."""
    are, right, said = _counts(weights, labels, top, classes)
    return np.where(are > 0, _ratio(2 * right, are + said), np.float32(np.nan))


def _counts(
    weights: Weights, labels: Labels, top: Labels, classes: int
) -> tuple[Weights, Weights, Weights]:
    """Photos of each style, those named rightly, and those named so: each [times, C]."""
    one_hot = np.eye(classes, dtype=np.float32)
    right = one_hot[labels] * (labels == top)[:, None]
    return weights @ one_hot[labels], weights @ right, weights @ one_hot[top]


def _ratio(part: Weights, whole: Weights) -> Weights:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
