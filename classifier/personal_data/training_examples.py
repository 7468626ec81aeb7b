"""Which photos are examples of what: of people who consent now, labelled by all verdicts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from classifier.consensus.verdicts import (
    COLUMNS,
    WITHOUT_STYLE,
    Said,
    labels_of,
    newest_verdicts,
)
from classifier.models import Consent, Outfit, Prediction, Review
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


def examples() -> Examples:
    """All that the verdicts make one sure enough of.

    Photos of none of the styles, unusable ones, and outfits of which nobody said the style are left
    out. Of photos without an outfit so are those of people who are held out: the gate is not tested
    by splits.
    """
    owners = Consent.objects.owners().values("pk")
    reviews = Review.objects.filter(prediction__outfit__owner__in=owners).order_by("created", "pk")
    reviews = reviews.exclude(prediction__outfit__status=Outfit.Status.BINNED)
    said = newest_verdicts(reviews.values_list(*COLUMNS).iterator())
    found = labels_of(said)
    outfits = Outfit.objects.filter(pk__in=found).order_by("created", "pk")
    rows = list(outfits.values_list("pk", "photo_key", "owner"))
    testing = held_out(owner for _, _, owner in rows)
    result = Examples([], [])
    for pk, key, owner in rows:
        answer, weight, out = found[pk].answer, found[pk].weight, owner in testing
        if answer == Answer.NOT_AN_OUTFIT and not out:
            result.others.append(Example(pk, key, _kind(said[pk]), weight, out))
        elif answer not in WITHOUT_STYLE:
            result.outfits.append(Example(pk, key, answer, weight, out))
    return result


def consenting(outfit_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these outfits that are there and whose owners consent now."""
    there = Outfit.objects.filter(pk__in=list(outfit_ids))
    return set(
        there.filter(owner__in=Consent.objects.owners().values("pk")).values_list("pk", flat=True)
    )


def _kind(verdicts: list[Said]) -> str:
    """What kind of photo one without an outfit is, as a model's gate took it."""
    people, none = Prediction.Kind.PEOPLE.value, Prediction.Kind.NONE.value
    return people if any(each.gate == people for each in verdicts) else none
