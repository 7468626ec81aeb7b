"""How good answers were, over the outfits of many persons, with intervals over persons.

Persons are drawn anew, with replacement (the bootstrap: Efron 1979), because the outfits of one
person are alike, and what is claimed is claimed of people.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classifier.personalization.adaptation import Floats
from classifier.personalization.histories import Labels

BINS = 15
DRAWS = 2000
LEAST = 1e-3
"""No single answer costs more than the logarithm of this, however sure it was."""


@dataclass(frozen=True)
class Sums:
    """By person: outfits, right answers and log loss [P]; and by bins of confidence [P, BINS]."""

    outfits: Floats
    right: Floats
    loss: Floats
    bin_right: Floats
    bin_confidence: Floats

    @classmethod
    def of(cls, answers: Sequence[Floats], own: Sequence[Labels]) -> "Sums":
        """Of each person's answers [T, C] and what is right [T]; -1 there is left out."""
        rows = [
            _sums(said[right >= 0], right[right >= 0])
            for said, right in zip(answers, own, strict=True)
        ]
        return cls(*(np.array(column) for column in zip(*rows, strict=True)))

    def scores(self, drawn: Floats) -> Floats:
        """Accuracy, log loss and ECE [draws, 3]; `drawn` [draws, P] counts persons."""
        outfits = np.maximum(drawn @ self.outfits, 1)
        gaps = np.abs(drawn @ self.bin_right - drawn @ self.bin_confidence).sum(axis=1)
        return np.stack(
            [drawn @ self.right / outfits, drawn @ self.loss / outfits, gaps / outfits], axis=1
        )


@dataclass(frozen=True)
class Compared:
    """One way to answer beside another: [3] each, of accuracy, log loss, calibration error."""

    scores: Floats
    difference: Floats
    low: Floats
    high: Floats

    @property
    def differs(self) -> bool:
        """Whether any answer is another one."""
        return bool(np.any(self.difference != 0))


def compared(sums: Sums, other: Sums, seed: int = 0) -> Compared:
    """`sums` less `other`, with 95 % intervals over the persons that both are of."""
    persons = len(sums.outfits)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(persons, [1 / persons] * persons, DRAWS).astype(float)
    whole = np.ones((1, persons))
    low, high = np.percentile(sums.scores(drawn) - other.scores(drawn), [2.5, 97.5], axis=0)
    scores = sums.scores(whole)[0]
    return Compared(scores, scores - other.scores(whole)[0], low, high)


def _sums(said: Floats, right: Labels) -> tuple[float, float, float, Floats, Floats]:
    confidence, hit = said.max(axis=1), said.argmax(axis=1) == right
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    loss = -np.log(np.maximum(said[np.arange(len(right)), right], LEAST))
    return (
        float(len(right)),
        float(hit.sum()),
        float(loss.sum()),
        np.asarray(np.bincount(bins, hit, BINS), float),
        np.asarray(np.bincount(bins, confidence, BINS), float),
    )
