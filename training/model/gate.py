"""The gate: what kind of photo it is, by one more linear head on the same pooled features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.calibration import KINDS, OUTFIT
from training.arrays import Floats, Labels, Weights
from training.model.head import Examples, Head, fit_head
from training.recipe import Gate


@dataclass(frozen=True)
class GateExamples:
    """``features`` [N, F]; ``kinds`` [N] as places in KINDS; ``names`` [N] what the data calls
    each kind (``food``, ``group``), ``sources`` [N] where each photo came from, ``weights`` [N] how
    much each counts."""

    features: Floats
    kinds: Labels
    names: tuple[str, ...]
    sources: tuple[str, ...]
    weights: Weights


def gate_examples(outfits: Floats, weights: Weights, others: GateExamples) -> GateExamples:
    """Outfits, features [N, F] and weights [N], and then the others, as examples of one gate."""
    count = len(outfits)
    return GateExamples(
        np.concatenate([outfits, others.features]),
        np.concatenate([np.full(count, KINDS.index(OUTFIT)), others.kinds]),
        (OUTFIT,) * count + others.names,
        # Outfits come from the same sources in serving: each is a source of its own here.
        tuple(f"outfit {number}" for number in range(count)) + others.sources,
        np.concatenate([weights, others.weights]),
    )


def fit_gate(examples: GateExamples, options: Gate) -> Head:
    """Logits of KINDS; the others count ``options.others`` times as much as the outfits in sum."""
    return fit_head(
        Examples(examples.features, examples.kinds),
        len(KINDS),
        options.decay,
        weights=_weights(examples, options),
    )


def cross_fitted(examples: GateExamples, options: Gate, seed: int) -> Floats:
    """The logits of each photo, [N, kinds], by a gate that has seen no photo of its source."""
    folds = source_folds(examples.sources, options.folds, seed)
    logits = np.zeros((len(folds), len(KINDS)), np.float32)
    for fold in np.unique(folds):
        out = folds == fold
        head = fit_gate(_part(examples, ~out), options)
        logits[out] = head.logits(examples.features[out])
    return logits


def source_folds(sources: Sequence[str], folds: int, seed: int) -> Labels:
    """The fold of each photo, [N]: whole sources, about as many photos in each."""
    counts = Counter(sources)
    order = np.random.default_rng(seed).permutation(sorted(counts))
    filled = [0] * folds
    fold_of: dict[str, int] = {}
    for source in sorted(order.tolist(), key=lambda source: -counts[source]):
        fold_of[source] = filled.index(min(filled))
        filled[fold_of[source]] += counts[source]
    return np.array([fold_of[source] for source in sources], np.int64)


def _part(examples: GateExamples, chosen: npt.NDArray[np.bool_]) -> GateExamples:
    places = np.flatnonzero(chosen)
    return GateExamples(
        examples.features[places],
        examples.kinds[places],
        tuple(examples.names[place] for place in places),
        tuple(examples.sources[place] for place in places),
        examples.weights[places],
    )


def _weights(examples: GateExamples, options: Gate) -> Weights:
    """Rare kinds count more, by the power ``options.balance`` of their inverse frequency."""
    counts = Counter(examples.names)
    weights = np.array([counts[name] ** -options.balance for name in examples.names])
    weights *= examples.weights
    outfit = examples.kinds == KINDS.index(OUTFIT)
    if outfit.any() and not outfit.all():
        weights[outfit] /= weights[outfit].sum()
        weights[~outfit] *= options.others / weights[~outfit].sum()
    return weights
