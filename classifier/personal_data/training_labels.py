"""What a photo is, as far as several people's verdicts say, and how sure that is.

A verdict is right with its reviewer's reliability, and otherwise any other answer. Which answer a
photo has, and how reliable each reviewer is, are estimated together, in turns: Dawid and Skene
1979, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", with one
number for each reviewer instead of a matrix, and a prior that few verdicts hardly move. Only photos
with verdicts of several people say something about reviewers; who disagrees with the others there
counts less everywhere.

The weight of a label is the probability that it is right. Nothing here knows rows or files.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Photo = TypeVar("Photo", bound=Hashable)

PRIOR = {True: (9.0, 1.0), False: (3.0, 1.0)}
"""Verdicts that were right and wrong, as if seen before anybody's first: by staff, by others."""
LEAST = 0.6
"""A label less probable than this is none: whoever disagrees makes nobody sure."""
ROUNDS = 50


@dataclass(frozen=True)
class Reviewer:
    """Somebody who judges; owners of photos judge in another role than staff."""

    key: Hashable
    staff: bool


@dataclass(frozen=True)
class Verdict(Generic[Photo]):
    """One person's answer about one photo."""

    photo: Photo
    reviewer: Reviewer
    answer: str


@dataclass(frozen=True)
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
    found = {}
    for photo, given in by_photo.items():
        answer, weight = max(
            _probabilities(given, reliable, answers).items(), key=lambda pair: pair[1]
        )
        if weight >= LEAST:
            found[photo] = Label(answer, round(weight, 4))
    return found


def reliability(
    shared: Sequence[Sequence[Verdict[Photo]]], answers: int
) -> Mapping[Reviewer, float]:
    """How probably each reviewer is right, by photos of which several people judged each.

    Whoever shared none is as reliable as their role is before anything is known.
    """
    reliable = _Reliability()
    counts = Counter(verdict.reviewer for given in shared for verdict in given)
    for _ in range(ROUNDS):
        agreed: dict[Reviewer, float] = defaultdict(float)
        for given in shared:
            probable = _probabilities(given, reliable, answers)
            for verdict in given:
                agreed[verdict.reviewer] += probable[verdict.answer]
        before = dict(reliable)
        for reviewer, count in counts.items():
            right, wrong = PRIOR[reviewer.staff]
            reliable[reviewer] = (right + agreed[reviewer]) / (right + wrong + count)
        if all(math.isclose(reliable[each], before.get(each, 0), abs_tol=1e-6) for each in counts):
            break
    return reliable


class _Reliability(dict[Reviewer, float]):
    """Each reviewer's, or that of their role."""

    def __missing__(self, reviewer: Reviewer) -> float:
        right, wrong = PRIOR[reviewer.staff]
        return right / (right + wrong)


def _probabilities(
    given: Sequence[Verdict[Photo]], reliable: Mapping[Reviewer, float], answers: int
) -> dict[str, float]:
    """Of each answer that somebody gave; what is missing to 1 is that all are wrong."""
    named = {verdict.answer for verdict in given}
    others = max(answers, len(named), 2) - 1

    def likelihood(answer: str | None) -> float:
        return math.prod(
            reliable[each.reviewer]
            if each.answer == answer
            else (1 - reliable[each.reviewer]) / others
            for each in given
        )

    found = {answer: likelihood(answer) for answer in named}
    total = sum(found.values()) + max(others + 1 - len(named), 0) * likelihood(None)
    return {answer: value / total for answer, value in found.items()}
