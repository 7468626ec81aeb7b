"""Sets of styles that hold the right one as often as was promised, and how large they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.style_sets import scores
from training.arrays import Flags, Labels, Probabilities
from training.evaluation.crossfit import FOLDS, stratified_folds
from training.evaluation.evaluate import share
from training.recipe import Sets


def choose_quantile(probabilities: Probabilities, labels: Labels, options: Sets) -> float:
    """The quantile of RAPS (Angelopoulos et al. 2021, https://arxiv.org/abs/2009.14193).

    The finite-sample one of split conformal prediction: of the scores of the right styles the
    ceil((n + 1) * coverage)-th smallest. The top style is in every set, whatever its probability,
    so its score counts as 0 here: sets would hold more than they promise otherwise. Four decimals.
    """
    ranked, rank = _ranked(probabilities, labels)
    ranks = scores(ranked, options.penalty, options.free)
    ranks[:, 0] = 0.0
    right = np.sort(ranks[np.arange(len(rank)), rank])
    place = int(np.ceil((len(right) + 1) * options.coverage)) - 1
    found = float(np.ceil(right[min(place, len(right) - 1)] * 1e4) / 1e4)
    return max(found, 1e-4)  # where the top style alone keeps the promise, nothing joins it


def set_metrics(
    probabilities: Probabilities,
    labels: Labels,
    sources: Sequence[str],
    quantile: float,
    options: Sets,
) -> dict[str, Any]:
    """Coverage and mean size of the sets, overall and of each source. Plain JSON types."""
    return _metrics(*_sets(probabilities, labels, quantile, options), sources)


def cross_fitted_sets(
    probabilities: Probabilities, labels: Labels, sources: Sequence[str], options: Sets
) -> dict[str, Any]:
    """The same, each fifth of the photos with the quantile of the others: it has not chosen it."""
    folds = stratified_folds(labels, FOLDS)
    held, sizes = np.ones(len(labels), bool), np.ones(len(labels), np.int64)
    for fold in np.unique(folds):
        out = folds == fold
        if out.all():
            break
        quantile = choose_quantile(probabilities[~out], labels[~out], options)
        held[out], sizes[out] = _sets(probabilities[out], labels[out], quantile, options)
    return _metrics(held, sizes, sources)


def _sets(
    probabilities: Probabilities, labels: Labels, quantile: float, options: Sets
) -> tuple[Flags, Labels]:
    """Whether each photo's set holds the right style, and its size."""
    ranked, rank = _ranked(probabilities, labels)
    inside = scores(ranked, options.penalty, options.free) <= quantile
    inside[:, 0] = True
    return inside[np.arange(len(rank)), rank], inside.sum(axis=1)


def _metrics(held: Flags, sizes: Labels, sources: Sequence[str]) -> dict[str, Any]:
    origin = np.asarray(sources)
    return {
        **_summary(held, sizes),
        "alone": round(float((sizes == 1).mean()), 4),
        "per_source": {
            source: _summary(held[origin == source], sizes[origin == source])
            for source in sorted(set(sources))
        },
    }


def _ranked(probabilities: Probabilities, labels: Labels) -> tuple[Probabilities, Labels]:
    """Each row from the most probable style on, and the place of the right style in it."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    return np.take_along_axis(probabilities, order, axis=1), np.argmax(
        order == labels[:, None], axis=1
    )


def _summary(held: Flags, sizes: Labels) -> dict[str, Any]:
    return {"coverage": share(held), "size": round(float(sizes.mean()), 3)}
