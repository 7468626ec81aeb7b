"""What a photo is, as far as several people's verdicts say, and how sure that is.

A verdict is right with its reviewer's reliability, and otherwise any other answer. Which answer a
photo has, and how reliable each reviewer is, are estimated together, in turns: Dawid and Skene
1979, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", with one
number for each reviewer instead of a matrix, and a prior that few verdicts hardly move. Only photos
with verdicts of several people say something about reviewers; who disagrees with the others there
counts less everywhere.

The weight of a label is the probability that it is right. Nothing here knows rows or files.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Photo = TypeVar("Photo", bound=Hashable)

PRIOR = {True: (9.0, 1.0), False: (3.0, 1.0)}
"""Verdicts that were right and wrong, as if seen before anybody's first: by staff, by others."""
LEAST = 0.6
"""A label less probable than this is none: whoever disagrees makes nobody sure."""
ROUNDS = 50
CLOSE = 1e-4
"""A round that changes nobody's reliability by more is the last."""


class Reviewer(NamedTuple):
    """Somebody who judges; owners of photos judge in another role than staff."""

    key: Hashable
    staff: bool


@dataclass(frozen=True, slots=True)
class Verdict(Generic[Photo]):
    """One person's answer about one photo."""

    photo: Photo
    reviewer: Reviewer
    answer: str


@dataclass(frozen=True, slots=True)
class Label:
    """The most probable answer, and how probable it is."""

    answer: str
    weight: float


def labels(verdicts: Iterable[Verdict[Photo]], answers: int) -> dict[Photo, Label]:
    """The label of each photo of which the verdicts make one sure enough.

    `answers` is how many different ones there are to give. One verdict a person and photo.
    """
    by_photo: dict[Photo, list[Verdict[Photo]]] = defaultdict(list)
    for verdict in verdicts:
        by_photo[verdict.photo].append(verdict)
    reliable = reliability([each for each in by_photo.values() if len(each) > 1], answers)
    ratios = _Ratios(reliable)
    found = {}
    for photo, given in by_photo.items():
        said = _by_answer(given)
        probabilities = _probabilities(said.values(), ratios, answers)
        answer, weight = max(zip(said, probabilities, strict=True), key=lambda pair: pair[1])
        if weight >= LEAST:
            found[photo] = Label(answer, round(weight, 4))
    return found


def reliability(
    shared: Sequence[Sequence[Verdict[Photo]]], answers: int
) -> Mapping[Reviewer, float]:
    """How probably each reviewer is right, by photos of which several people judged each.

    Whoever shared none is as reliable as their role is before anything is known.
    """
    # Who agreed with whom is all that counts, and there are fewer cases of that than photos.
    cases = Counter(_sides(given) for given in shared)
    counts: dict[Reviewer, int] = defaultdict(int)
    for sides, photos in cases.items():
        for reviewer in (each for side in sides for each in side):
            counts[reviewer] += photos
    reliable = _Reliability()
    for _ in range(ROUNDS):
        agreed: dict[Reviewer, float] = defaultdict(float)
        ratios = _Ratios(reliable)
        for sides, photos in cases.items():
            probabilities = _probabilities(sides, ratios, answers)
            for side, probability in zip(sides, probabilities, strict=True):
                for reviewer in side:
                    agreed[reviewer] += photos * probability
        before = dict(reliable)
        for reviewer, count in counts.items():
            right, wrong = PRIOR[reviewer.staff]
            reliable[reviewer] = (right + agreed[reviewer]) / (right + wrong + count)
        if all(abs(reliable[each] - before.get(each, 0)) < CLOSE for each in counts):
            break
    return reliable


class _Reliability(dict[Reviewer, float]):
    """Each reviewer's, or that of their role."""

    def __missing__(self, reviewer: Reviewer) -> float:
        right, wrong = PRIOR[reviewer.staff]
        return right / (right + wrong)


class _Ratios(dict[Reviewer, float]):
    """How much more often each reviewer is right than wrong."""

    def __init__(self, reliable: Mapping[Reviewer, float]) -> None:
        super().__init__()
        self._reliable = reliable

    def __missing__(self, reviewer: Reviewer) -> float:
        right = self._reliable[reviewer]
        self[reviewer] = right / (1 - right)
        return self[reviewer]


def _by_answer(given: Sequence[Verdict[Photo]]) -> dict[str, list[Reviewer]]:
    """Who gave each answer."""
    by_answer: dict[str, list[Reviewer]] = {}
    for verdict in given:
        by_answer.setdefault(verdict.answer, []).append(verdict.reviewer)
    return by_answer


def _sides(given: Sequence[Verdict[Photo]]) -> frozenset[frozenset[Reviewer]]:
    """Those who agree with each other, whatever they said."""
    return frozenset(map(frozenset, _by_answer(given).values()))


def _probabilities(
    sides: Collection[Collection[Reviewer]], ratios: Mapping[Reviewer, float], answers: int
) -> list[float]:
    """Of each side that it is right; what is missing to 1 is that all are wrong.

    A weight is how much more probable the verdicts are where the side is right than where all are
    wrong, which they are in one way for each answer that nobody gave.
    """
    others = max(answers, len(sides), 2) - 1
    weights = []
    for side in sides:
        weight = 1.0
        for reviewer in side:
            weight *= ratios[reviewer] * others
        weights.append(weight)
    total = sum(weights) + max(others + 1 - len(sides), 0)
    return [weight / total for weight in weights]
