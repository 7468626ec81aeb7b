"""Histories of people who consent to research, to find out whether adapting helps them.

Only outfits of which the owner named a style can be judged, and people correct more than they
confirm: the accuracy of these outfits is lower than that of all, with and without. Differences are
what a replay tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.contrib.auth.models import User
from django.db.models import F

from classifier.models import Consent, Outfit, Prediction, Purpose, Release, Review
from classifier.models.prediction import EMBEDDING_SIZE
from classifier.personalization.adaptation import Floats, mixed
from classifier.personalization.histories import History, looks_over_time, shares_over_time
from classifier.personalization.weights import FEWEST, WEIGHTS

NEWEST = 300
"""Outfits of one person that are walked through."""


@dataclass(frozen=True)
class Replayed:
    """A person's history, and what would have been said of it, by the parts that took part."""

    history: History
    answers: dict[str, Floats]


def replayed(release: Release) -> Iterator[Replayed]:
    """Everybody who consents to research and named a style of FEWEST outfits that it predicted."""
    for owner in Consent.objects.owners(Purpose.RESEARCH).order_by("pk"):
        history = history_of(owner, release)
        if (history.told >= 0).sum() >= FEWEST:
            yield Replayed(history, _answers(history))


def history_of(owner: User, release: Release) -> History:
    """The person's newest outfits as this release sees them."""
    seen = (
        Prediction.objects.filter(
            outfit__owner=owner,
            outfit__status=Outfit.Status.DONE,
            release=release,
            kind=Prediction.Kind.OUTFIT,
        )
        .annotate(came=F("outfit__created"))
        .order_by("-outfit__created", "-outfit_id")
    )
    rows = list(seen.values_list("outfit_id", "came", "probabilities", "embedding")[:NEWEST])[::-1]
    ids = release.styles.ids
    said = {
        review.outfit: review
        for review in Review.objects.filter(
            by=owner, role=Review.Role.OWNER, style__in=ids, prediction__outfit__owner=owner
        ).annotate(outfit=F("prediction__outfit"))
    }
    told = [said.get(outfit) for outfit, *_ in rows]
    looks = np.array([list(look) for *_, look in rows]).reshape(len(rows), EMBEDDING_SIZE)
    named = np.array([ids.index(each.style) if each else -1 for each in told], np.int64)
    return History(
        probabilities=np.array([each for _, _, each, _ in rows]).reshape(len(rows), len(ids)),
        cosines=looks @ looks.T,
        told=named,
        own=named,
        came=np.array([came.timestamp() for _, came, _, _ in rows]),
        told_at=np.array([each.created.timestamp() if each else np.inf for each in told]),
    )


def _answers(history: History) -> dict[str, Floats]:
    enough = (history.told_before >= FEWEST)[:, None]
    over_time = shares_over_time(history, WEIGHTS.strength, WEIGHTS.half_life)
    shares = np.where(enough, WEIGHTS.shares * over_time, 0)
    looks = np.where(enough, WEIGHTS.looks * looks_over_time(history, WEIGHTS.sharpness), 0)
    said = history.probabilities
    return {
        "the model alone": said,
        "with shares of styles": mixed(said, shares),
        "with corrected looks": mixed(said, looks),
        "with both": mixed(said, shares + looks),
    }
