"""How much one person, and one address, may upload. The counters live in Redis.

They are fixed windows: a minute for the rates, a day (UTC) for the quota. When Redis does not
answer, uploads are accepted: a lost counter is a smaller harm than a lost photo.
"""

from datetime import UTC, datetime

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from redis.exceptions import RedisError

from classifier.models import Outfit
from classifier.refusals import Refusal, Refused

log = structlog.get_logger(__name__)

MINUTE = 60
DAY = 24 * 60 * 60


def check_quota(owner_id: int, address: str) -> None:
    """Count one upload. Raises Refused when it is one too many."""
    now = datetime.now(UTC)
    try:
        if (
            _count(f"minute:{owner_id}:{now:%H%M}", MINUTE) > settings.FASI_UPLOADS_PER_MINUTE
            or _count(f"address:{address}:{now:%H%M}", MINUTE)
            > settings.FASI_UPLOADS_PER_MINUTE_ADDRESS
        ):
            raise Refused(Refusal.RATE)
        if _count(f"day:{owner_id}:{now:%Y%m%d}", DAY) > settings.FASI_UPLOADS_PER_DAY:
            raise Refused(Refusal.DAILY_QUOTA)
        stored = cache.get_or_set(f"stored:{owner_id}", lambda: _stored_bytes(owner_id), MINUTE)
    except RedisError as error:
        log.warning("quota_not_checked", error=str(error))
        return
    if stored and stored >= settings.FASI_STORED_BYTES:
        raise Refused(Refusal.STORAGE_QUOTA)


def _count(key: str, seconds: int) -> int:
    key = f"uploads:{key}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two calls
        return 1


def _stored_bytes(owner_id: int) -> int:
    return (
        Outfit.objects.filter(owner_id=owner_id).aggregate(total=Sum("stored_bytes"))["total"] or 0
    )
