"""Thumbs that a worker will want in a moment: handed on by Redis, with S3 as the fallback.

Whoever waits for a photo is served within a fraction of a second, so a minute is enough; what is
not here any more is fetched from the bucket, which has had it since before the row was there.
"""

from collections.abc import Mapping, Sequence

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

from classifier.storage.cache_server import cache_server

log = structlog.get_logger(__name__)

KEPT_S = 60


def hand_on(key: str, thumb: bytes) -> None:
    """Keep the thumb with this key of the bucket for a minute."""
    try:
        cache_server().set(_name(key), thumb, ex=KEPT_S)
    except RedisError as error:
        log.warning("thumb_not_handed_on", error=str(error))


def take(keys: Sequence[str]) -> Mapping[str, bytes]:
    """The thumbs that are here, by key, in one round trip; they are gone from here then."""
    names = [_name(key) for key in keys]
    pipeline = cache_server().pipeline(transaction=False)
    pipeline.mget(names)
    pipeline.unlink(*names)
    try:
        found, _ = pipeline.execute()
    except RedisError as error:
        log.warning("thumbs_not_taken", error=str(error))
        return {}
    return {key: thumb for key, thumb in zip(keys, found, strict=True) if thumb is not None}


def forget(keys: Sequence[str]) -> None:
    """What is deleted from the bucket is gone from here too."""
    try:
        cache_server().unlink(*map(_name, keys))
    except RedisError as error:
        log.warning("thumbs_not_forgotten", error=str(error))


def _name(key: str) -> str:
    return str(cache.make_key(f"thumb:{key}"))
