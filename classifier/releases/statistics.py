"""Is one release better than another on the same photos, or is it luck? Pure: no Django, no rows.

*Accuracy* comes with Wilson's interval (Wilson 1927, "Probable inference, the law of succession,
and statistical inference"), which holds for few photos and for shares near 0 and 1.

*The gain* of one over the other on the same photos has an interval for matched pairs (Agresti and
Min 2005, "Simple improved confidence intervals for comparing matched proportions": half a photo is
added to each cell). Photos of one person resemble each other, so that fifty of them say less than
fifty of fifty people: where the variance between people is larger (the linearised variance of a
ratio by clusters; Cochran 1977, "Sampling Techniques", chapter 9), that one is taken.

*McNemar's exact test* (McNemar 1947, "Note on the sampling error of the difference between
correlated proportions or percentages") looks at the photos on which only one of the two is right.

*Calibration* is the expected calibration error, with the bins that a reliability diagram shows (Guo
et al. 2017, "On calibration of modern neural networks").
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

CERTAINTY = 0.95


def _z(certainty: float) -> float:
    return NormalDist().inv_cdf((1 + certainty) / 2)


_Z = _z(CERTAINTY)
BINS = 10
"""Of equal width, from 0 to 1."""


@dataclass(frozen=True)
class Interval:
    """A number with the interval in which it lies, at 95 % where nothing else is asked for."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Photos whose confidence is in one stretch: their mean confidence, and how many are right."""

    count: int
    confidence: float
    accuracy: float


def wilson(right: int, count: int) -> Interval:
    """The share `right` of `count`; of none it is anything from 0 to 1."""
    if count == 0:
        return Interval(0.0, 0.0, 1.0)
    share = right / count
    weight = _Z * _Z / count
    middle = (share + weight / 2) / (1 + weight)
    half = _Z / (1 + weight) * math.sqrt(share * (1 - share) / count + weight / (4 * count))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def mcnemar(only_first: int, only_second: int) -> float:
    """How often so uneven a split, or a more uneven one, comes by chance; two-sided and exact.

    Of `only_first` photos the first alone is right, of `only_second` the second.
    """
    count, fewer = only_first + only_second, min(only_first, only_second)
    ways, term = 0, 1
    for drawn in range(fewer + 1):
        ways += term
        term = term * (count - drawn) // (drawn + 1)
    return float(min(1.0, 2 * ways / 2**count))


def paired_gain(pairs: Iterable[tuple[int, bool, bool]], certainty: float = CERTAINTY) -> Interval:
    """How much more often the second is right than the first, over (person, first, second)."""
    won = lost = 0
    by_person: dict[int, tuple[int, int]] = {}
    for person, first, second in pairs:
        gained = int(second) - int(first)
        won += gained > 0
        lost += gained < 0
        photos, sum_of_gains = by_person.get(person, (0, 0))
        by_person[person] = (photos + 1, sum_of_gains + gained)
    count = sum(photos for photos, _ in by_person.values())
    if count == 0:
        return Interval(0.0, -1.0, 1.0)
    gain = (won - lost) / count
    # Half a photo more in each of the four cells.
    wider, difference = count + 2, (won - lost) / (count + 2)
    variance = ((won + lost + 1) / wider - difference**2) / wider
    people = len(by_person)
    if people > 1:
        between = sum((gains - gain * photos) ** 2 for photos, gains in by_person.values())
        variance = max(variance, people / (people - 1) * between / count**2)
    half = _z(certainty) * math.sqrt(variance)
    return Interval(gain, max(-1.0, difference - half), min(1.0, difference + half))


def reliability(said: Sequence[tuple[float, bool]]) -> list[Bin]:
    """The bins of a reliability diagram that are not empty, from (confidence, right)."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in said:
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, right))
    return [
        Bin(
            len(each),
            sum(confidence for confidence, _ in each) / len(each),
            sum(right for _, right in each) / len(each),
        )
        for each in bins
        if each
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """How far confidence is from accuracy on average over all photos: 0 is perfect."""
    count = sum(each.count for each in bins)
    if count == 0:
        return 0.0
    return sum(each.count * abs(each.confidence - each.accuracy) for each in bins) / count
