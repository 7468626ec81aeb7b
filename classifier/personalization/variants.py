"""Which ranking chooses for whom: the one that ships, or one on trial for a share of people.

A hash of the person and the trial's name says it, so nobody changes sides from one page to the
next, people of one trial are not those of another, and nothing is stored to know it. A trial that
the guard has ended (`trial`) chooses for nobody.
"""

import hashlib
from dataclasses import dataclass

from django.conf import settings

from classifier.models import EndedTrial
from classifier.personalization.ranking import RankingWeights
from classifier.personalization.weights import ON_TRIAL, RANKING


@dataclass(frozen=True)
class Variant:
    """A way to rank, under the name that metrics have."""

    name: str
    weights: RankingWeights


PROFILE = Variant("profile", RANKING)


def variant_of(owner_id: int) -> Variant:
    """The variant that chooses for this person."""
    trial: str = settings.FASI_SUGGESTION_TRIAL
    if trial not in ON_TRIAL or not in_trial(owner_id, trial):
        return PROFILE
    if EndedTrial.objects.filter(name=trial).exists():
        return PROFILE
    return Variant(trial, ON_TRIAL[trial])


def in_trial(owner_id: int, trial: str) -> bool:
    """Whether this person is among those for whom the ranking on trial chooses."""
    digest = hashlib.sha256(f"{trial}:{owner_id}".encode()).digest()
    place = int.from_bytes(digest[:8]) / 2**64
    percent: int = settings.FASI_SUGGESTION_TRIAL_PERCENT
    return 100 * place < percent
