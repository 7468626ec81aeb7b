"""The guard of a trial: a ranking that people like less is taken back, and stays so.

What is compared is how many more of the shown items were liked than hidden. Lists of one person
resemble each other, so people are what varies and not items: the variance of a ratio over persons
by the delta method (Deng, Knoblich and Lu 2018, "Applying the delta method in metric analytics",
KDD). It looks again and again, so it wants to be surer than a single look would.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection

from classifier.models import EndedTrial
from classifier.personalization.variants import PROFILE
from classifier.personalization.weights import ON_TRIAL

log = structlog.get_logger(__name__)

FEWEST = 50
"""People on either side, before anything is said."""
SURE = 3.0
"""Standard errors."""

_PEOPLE = """
    SELECT suggested.shown,
           (SELECT coalesce(sum(CASE said WHEN 'liked' THEN 1 ELSE -1 END), 0)
            FROM classifier_opinion AS opinion
            WHERE opinion.owner_id = suggested.owner_id AND opinion.variant = suggested.variant)
    FROM classifier_suggested AS suggested
    WHERE suggested.variant = %(variant)s AND suggested.shown > 0
"""


@dataclass(frozen=True)
class Side:
    """How one variant does: people, likes less hides of a shown item, and its variance."""

    people: int
    rate: float
    variance: float

    @classmethod
    def of(cls, people: Sequence[tuple[int, int]]) -> "Side":
        """From how many items each person was shown, and how many more they liked than hid."""
        shown = sum(each for each, _ in people)
        count = len(people)
        if count < 2 or not shown:
            return cls(count, 0.0, math.inf)
        rate = sum(more for _, more in people) / shown
        off = sum((more - rate * each) ** 2 for each, more in people)
        return cls(count, rate, count / (count - 1) * off / shown**2)


def is_worse(trial: Side, shipped: Side) -> bool:
    """Whether the trial does worse beyond doubt."""
    if min(trial.people, shipped.people) < FEWEST:
        return False
    error = math.sqrt(trial.variance + shipped.variance)
    return trial.rate - shipped.rate < -SURE * error


def watch_trial() -> bool:
    """End the trial that goes on if it does worse. Whether it was ended now."""
    name: str = settings.FASI_SUGGESTION_TRIAL
    if name not in ON_TRIAL or EndedTrial.objects.filter(name=name).exists():
        return False
    trial, shipped = _side(name), _side(PROFILE.name)
    if not is_worse(trial, shipped):
        return False
    EndedTrial.objects.get_or_create(
        name=name, defaults={"rate": trial.rate, "shipped_rate": shipped.rate}
    )
    log.warning("trial_ended", trial=name, rate=trial.rate, shipped_rate=shipped.rate)
    return True


def _side(variant: str) -> Side:
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"variant": variant})
        return Side.of(cursor.fetchall())
