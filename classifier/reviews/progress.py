"""How a reviewer gets on: how many photos of a round, how fast, and how far they agree."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from redis.exceptions import RedisError

from classifier.models import Review, ReviewStep
from classifier.reviews import agreement, queue

ROUND = 200
"""Photos after which there is an end in sight, and then another round."""
PACE_OVER = timedelta(minutes=10)
_AGREEMENT_KEPT_S = 60


@dataclass(frozen=True)
class Progress:
    """Verdicts of today, the round's end, verdicts a minute; kappas are None without evidence."""

    done: int
    total: int
    pace: float
    with_reviewers: float | None
    with_owners: float | None


def progress_of(reviewer: User) -> Progress:
    """What the page shows above the photo."""
    now = timezone.now()
    verdicts = ReviewStep.objects.filter(reviewer=reviewer, act=ReviewStep.Act.VERDICT)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    done = verdicts.filter(created__gte=midnight).count()
    left = ROUND - done % ROUND
    return Progress(
        done, done + queue.waiting(reviewer, left), _pace(verdicts, now), *_kappas(reviewer.pk)
    )


def _pace(verdicts: QuerySet[ReviewStep], now: datetime) -> float:
    lately = verdicts.filter(created__gt=now - PACE_OVER).aggregate(
        count=Count("*"), first=Min("created")
    )
    if lately["count"] < 2:
        return 0.0
    minutes = (now - lately["first"]).total_seconds() / 60
    return float(lately["count"] / max(minutes, 1 / 60))


def _kappas(reviewer_id: int) -> tuple[float | None, float | None]:
    """Of their newest verdicts; not computed anew after each photo."""
    key = f"review-kappas-{reviewer_id}"
    try:
        kept = cache.get(key)
    except RedisError:
        return None, None
    if not isinstance(kept, list):
        roles = (Review.Role.STAFF, Review.Role.OWNER)
        kept = [agreement.of_reviewer(reviewer_id, role).kappa for role in roles]
        with suppress(RedisError):
            cache.set(key, kept, _AGREEMENT_KEPT_S)
    return kept[0], kept[1]
