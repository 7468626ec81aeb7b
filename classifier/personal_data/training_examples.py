"""Which photos are examples of what: of people who consent now, labelled by all verdicts."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from classifier.models import Consent, Outfit, Prediction, Release, Review
from classifier.personal_data.training_labels import Reviewer, Verdict, labels
from classifier.personal_data.training_split import held_out

Answer = Review.Answer


@dataclass(frozen=True)
class Example:
    """A photo, and what it is an example of: a style, or a kind of photo without an outfit.

    `weight` is how probably that is right; `held_out` ones test a model and train none.
    """

    outfit_id: uuid.UUID
    key: str
    label: str
    weight: float
    held_out: bool


@dataclass(frozen=True)
class Examples:
    """Outfits with their style, and photos without an outfit with their kind; oldest first."""

    outfits: list[Example]
    others: list[Example]


@dataclass(frozen=True)
class _Said:
    """One person's newest verdict about one photo; `answer` names a style where one was said."""

    reviewer: Reviewer
    answer: str
    gate: str


def examples() -> Examples:
    """All that the verdicts make one sure enough of.

    Photos of none of the styles, unusable ones, and outfits of which nobody said the style are left
    out. Of photos without an outfit so are those of people who are held out: the gate is not tested
    by splits.
    """
    said = _newest_verdicts()
    found = labels(
        (
            Verdict(outfit, each.reviewer, each.answer)
            for outfit, verdicts in said.items()
            for each in _comparable(verdicts)
        ),
        _answers(),
    )
    outfits = Outfit.objects.filter(pk__in=found).order_by("created", "pk")
    rows = list(outfits.values_list("pk", "photo_key", "owner"))
    testing = held_out(owner for _, _, owner in rows)
    result = Examples([], [])
    for pk, key, owner in rows:
        answer, weight, out = found[pk].answer, found[pk].weight, owner in testing
        if answer == Answer.NOT_AN_OUTFIT and not out:
            result.others.append(Example(pk, key, _kind(said[pk]), weight, out))
        elif answer not in Answer.values:
            result.outfits.append(Example(pk, key, answer, weight, out))
    return result


def consenting(outfit_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these outfits that are there and whose owners consent now."""
    there = Outfit.objects.filter(pk__in=list(outfit_ids))
    return set(
        there.filter(owner__in=Consent.objects.owners().values("pk")).values_list("pk", flat=True)
    )


def _newest_verdicts() -> dict[uuid.UUID, list[_Said]]:
    """By outfit, one a person: what they said of it last, whichever prediction it was about."""
    owners = Consent.objects.owners().values("pk")
    reviews = Review.objects.filter(prediction__outfit__owner__in=owners).order_by("created", "pk")
    newest: dict[uuid.UUID, dict[object, _Said]] = defaultdict(dict)
    columns = ("prediction__outfit", "pk", "by", "role", "answer", "style", "prediction__kind")
    for outfit, pk, by, role, answer, style, gate in reviews.values_list(*columns).iterator():
        person = by or f"gone {pk}"  # whoever left has no name: nobody knows that two were one
        reviewer = Reviewer(person, role == Review.Role.STAFF)
        newest[outfit][person] = _Said(reviewer, style or answer, gate)
    return {outfit: list(people.values()) for outfit, people in newest.items()}


def _comparable(verdicts: list[_Said]) -> list[_Said]:
    """Without "an outfit" beside a style, which does not contradict it."""
    if any(each.answer not in (Answer.OUTFIT, Answer.NOT_AN_OUTFIT) for each in verdicts):
        return [each for each in verdicts if each.answer != Answer.OUTFIT]
    return verdicts


def _answers() -> int:
    """How many answers there are: the styles that a release knows, and those without a style."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    return (len(active.styles.ids) if active else 2) + len(Answer.values) - 1


def _kind(verdicts: list[_Said]) -> str:
    """What kind of photo one without an outfit is, as a model's gate took it."""
    people, none = Prediction.Kind.PEOPLE.value, Prediction.Kind.NONE.value
    return people if any(each.gate == people for each in verdicts) else none
