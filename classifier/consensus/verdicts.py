"""Verdicts as rows have them, and the labels that follow from those of one photo and of all."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from classifier.consensus.labels import Label, Reviewer, Verdict, labels
from classifier.models import Release, Review

Answer = Review.Answer
WITHOUT_STYLE = frozenset(Answer.values)
"""What a label is where it is no style's id."""
_ANY_OUTFIT, _NO_OUTFIT = Answer.OUTFIT.value, Answer.NOT_AN_OUTFIT.value


@dataclass(frozen=True, slots=True)
class Said:
    """One person's newest verdict about one photo; `answer` names a style where one was said.

    `gate` is the kind of photo that the prediction it was about took it for.
    """

    reviewer: Reviewer
    answer: str
    gate: str


COLUMNS = ("prediction__outfit", "pk", "by", "role", "answer", "style", "prediction__kind")
Key = TypeVar("Key", uuid.UUID, str)


def newest_verdicts(
    rows: Iterable[tuple[Key, int, int | None, str, str, str, str]],
) -> dict[Key, list[Said]]:
    """By outfit, one a person: what they said of it last, whichever prediction it was about.

    `rows` are the COLUMNS of reviews, oldest first.
    """
    newest: dict[Key, dict[object, Said]] = defaultdict(dict)
    for outfit, pk, by, role, answer, style, gate in rows:
        person = by or f"gone {pk}"  # whoever left has no name: nobody knows that two were one
        reviewer = Reviewer(person, role == Review.Role.STAFF)
        newest[outfit][person] = Said(reviewer, style or answer, gate)
    return {outfit: list(people.values()) for outfit, people in newest.items()}


def labels_of(said: Mapping[Key, Sequence[Said]]) -> dict[Key, Label]:
    """What each outfit is: a style's id, or one of WITHOUT_STYLE; nothing where nobody is sure."""
    verdicts = (
        Verdict(outfit, each.reviewer, each.answer)
        for outfit, people in said.items()
        for each in _comparable(people)
    )
    return labels(verdicts, _count_answers())


def _comparable(verdicts: Sequence[Said]) -> Sequence[Said]:
    """Without "an outfit" beside a style, which does not contradict it."""
    if any(each.answer not in (_ANY_OUTFIT, _NO_OUTFIT) for each in verdicts):
        return [each for each in verdicts if each.answer != _ANY_OUTFIT]
    return verdicts


def _count_answers() -> int:
    """How many answers there are: the styles that a release knows, and those without a style."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    return (len(active.styles.ids) if active else 2) + len(WITHOUT_STYLE) - 1
