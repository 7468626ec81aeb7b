"""Calibration judged on photos that did not choose it.

Temperature and threshold are fitted on the validation photos, so what they do there flatters them.
Here they are fitted on all folds but one and applied to that one, in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.arrays import Flags, Floats, Labels, Probabilities
from training.evaluation.calibrate import (
    calibrated,
    choose_threshold,
    fit_temperature,
)

FOLDS = 5


@dataclass(frozen=True)
class CrossFitted:
    """``probabilities`` [N, C], and which answers would be given: ``sure`` [N]."""

    probabilities: Probabilities
    sure: Flags


def cross_fit(logits: Floats, labels: Labels, folds: int = FOLDS, seed: int = 0) -> CrossFitted:
    """Each photo's calibrated probabilities by a temperature and threshold fitted without it.

    ``logits`` [N, C] before temperature, ``labels`` [N]. The folds are stratified by style; there
    are fewer of them when there are fewer photos. One photo cannot be cross-fitted and keeps its
    plain probabilities.
    """
    fold = stratified_folds(labels, folds, seed)
    probabilities = calibrated(logits, 1.0)
    sure = np.ones(len(labels), bool)
    for number in np.unique(fold):
        held_out = fold == number
        if held_out.all():
            break
        temperature = fit_temperature(logits[~held_out], labels[~held_out])
        threshold = choose_threshold(calibrated(logits[~held_out], temperature), labels[~held_out])
        probabilities[held_out] = calibrated(logits[held_out], temperature)
        sure[held_out] = probabilities[held_out].max(axis=1) >= threshold.value
    return CrossFitted(probabilities, sure)


def stratified_folds(labels: Labels, folds: int, seed: int = 0) -> Labels:
    """The fold of each photo, int64 [N]: as many of each style in every fold as can be."""
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(labels))
    by_style = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.empty(len(labels), np.int64)
    fold[by_style] = np.arange(len(labels)) % folds
    return fold
