"""Weights that answer best on the histories of some persons: a plain search over a grid."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from tqdm import tqdm

from classifier.personalization.adaptation import Floats, mixed
from classifier.personalization.histories import History, looks_over_time, shares_over_time
from classifier.personalization.measures import LEAST
from classifier.personalization.weights import NOTHING, Weights

STRENGTHS, HALF_LIVES = (1.0, 2.0, 5.0), (5.0, 10.0, 20.0)
SHARPNESSES = (1.0, 2.0, 3.0, 5.0)
SHARES, LOOKS = (0.25, 0.35, 0.5, 0.75), (0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class Walked:
    """Histories of P persons with what each part adds at every point of the grid: [P, T, C]."""

    histories: Sequence[History]
    shares: dict[tuple[float, float], Floats]
    looks: dict[float, Floats]
    labels_alone: dict[float, Floats]

    @classmethod
    def of(cls, histories: Sequence[History]) -> "Walked":
        """Walk all of them once for each value that changes what a part adds."""
        settings = tqdm(list(product(STRENGTHS, HALF_LIVES)), "Walking through histories")
        return cls(
            histories,
            {at: _stacked(shares_over_time(each, *at) for each in histories) for at in settings},
            _looks(histories, label_alone=False),
            _looks(histories, label_alone=True),
        )

    def with_those_of(self, other: "Walked") -> "Walked":
        """The persons of both."""
        return Walked(
            [*self.histories, *other.histories],
            {at: np.concatenate([each, other.shares[at]]) for at, each in self.shares.items()},
            {at: np.concatenate([each, other.looks[at]]) for at, each in self.looks.items()},
            {
                at: np.concatenate([each, other.labels_alone[at]])
                for at, each in self.labels_alone.items()
            },
        )

    def answers(self, weights: Weights, *, label_alone: bool = False) -> Floats:
        """The adapted probabilities: [P, T, C]."""
        said = np.stack([each.probabilities for each in self.histories])
        shift = np.zeros_like(said)
        if weights.shares:
            shift = shift + weights.shares * self.shares[weights.strength, weights.half_life]
        if weights.looks:
            looks = self.labels_alone if label_alone else self.looks
            shift = shift + weights.looks * looks[weights.sharpness]
        return mixed(said, shift)


def learnt(walked: Walked, candidates: Iterable[Weights], *, label_alone: bool = False) -> Weights:
    """The candidate with the least log loss, each person counting alike."""
    own = np.stack([each.own for each in walked.histories])[..., None]

    def loss(weights: Weights) -> float:
        said = np.take_along_axis(walked.answers(weights, label_alone=label_alone), own, axis=-1)
        return float(-np.log(np.maximum(said, LEAST)).mean())

    return min(candidates, key=loss)


def of_shares() -> list[Weights]:
    """The grid of the first part alone."""
    return [
        replace(NOTHING, shares=shares, strength=strength, half_life=half_life)
        for shares, strength, half_life in product(SHARES, STRENGTHS, HALF_LIVES)
    ]


def of_looks() -> list[Weights]:
    """The grid of the second part alone."""
    return [
        replace(NOTHING, looks=looks, sharpness=sharpness)
        for looks, sharpness in product(LOOKS, SHARPNESSES)
    ]


def of_both() -> list[Weights]:
    """Every pair of the two."""
    return [
        replace(shares, looks=looks.looks, sharpness=looks.sharpness)
        for shares, looks in product(of_shares(), of_looks())
    ]


def _looks(histories: Sequence[History], *, label_alone: bool) -> dict[float, Floats]:
    return {
        sharpness: _stacked(
            looks_over_time(each, sharpness, label_alone=label_alone) for each in histories
        )
        for sharpness in SHARPNESSES
    }


def _stacked(of_each: Iterable[Floats]) -> Floats:
    """In single precision, which the search reads twice as fast."""
    return np.stack([each.astype(np.float32) for each in of_each])
