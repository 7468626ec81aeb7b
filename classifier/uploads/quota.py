"""How much one person, and one address, may upload. The counters live in Redis.

They are fixed windows: a minute for the rates, a day (UTC) for the quota. When Redis does not
answer, uploads are accepted: a lost counter is a smaller harm than a lost photo.
"""

from datetime import UTC, datetime
from typing import Any, cast

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from redis import Redis
from redis.exceptions import RedisError

from classifier.models import Outfit
from classifier.uploads.refusals import Refusal, Refused
from classifier.web import ip_group

log = structlog.get_logger(__name__)

MINUTE = 60
DAY = 24 * 60 * 60


def consume_quota(
    owner_id: int, ip_address: str, *, stores: bool = True, paced: bool = False
) -> None:
    """Count one upload. Raises Refused when it is one too many.

    Classifying a photo again counts as much, but `stores` nothing. What is `paced` comes no faster
    than a worker of ours takes it: the rates, which are against bursts, do not count it.
    """
    now = datetime.now(UTC)
    try:
        if not paced:
            _check_rates(owner_id, ip_address, now)
        (today,) = count((f"uploads:day:{owner_id}:{now:%Y%m%d}", DAY))
        if today > settings.FASI_UPLOADS_PER_DAY:
            raise Refused(Refusal.DAILY_QUOTA)
        if not stores:
            return
        stored = cache.get_or_set(f"stored:{owner_id}", lambda: _stored_bytes(owner_id), MINUTE)
    except RedisError as error:
        log.warning("quota_not_checked", error=str(error))
        return
    if stored and stored >= settings.FASI_STORED_BYTES:
        raise Refused(Refusal.STORAGE_QUOTA)


def _check_rates(owner_id: int, ip_address: str, now: datetime) -> None:
    minute, from_address = count(
        (f"uploads:minute:{owner_id}:{now:%H%M}", MINUTE),
        (f"uploads:address:{ip_group(ip_address)}:{now:%H%M}", MINUTE),
    )
    if (
        minute > settings.FASI_UPLOADS_PER_MINUTE
        or from_address > settings.FASI_UPLOADS_PER_MINUTE_ADDRESS
    ):
        raise Refused(Refusal.RATE)


def count(*windows: tuple[str, int]) -> list[int]:
    """Count in windows of so many seconds, in one round trip; how often each was counted by now."""
    pipeline = _redis().pipeline(transaction=False)
    for key, seconds in windows:
        name = cache.make_key(key)
        pipeline.incr(name)
        pipeline.expire(name, seconds, nx=True)
    return [int(count) for count in pipeline.execute()[::2]]


def _redis() -> Redis:
    """The server behind Django's cache, which has no call for several counters at once."""
    client: Redis = cast(Any, cache)._cache.get_client(None, write=True)
    return client


def _stored_bytes(owner_id: int) -> int:
    return (
        Outfit.objects.filter(owner_id=owner_id).aggregate(total=Sum("stored_bytes"))["total"] or 0
    )
