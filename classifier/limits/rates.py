"""Rates: counters in Redis, each for a fixed window of time.

They are against bursts. When Redis does not answer nobody is refused: a lost counter is a smaller
harm than a lost photo, and the quotas are in the database.
"""

from django.core.cache import cache

from classifier.storage.cache_server import cache_server

MINUTE = 60
DAY = 24 * 60 * 60


def count(*windows: tuple[str, int]) -> list[int]:
    """Count in windows of so many seconds, in one round trip; how often each was counted by now.

    Raises RedisError.
    """
    pipeline = cache_server().pipeline(transaction=False)
    for key, seconds in windows:
        name = cache.make_key(key)
        pipeline.incr(name)
        pipeline.expire(name, seconds, nx=True)
    return [int(count) for count in pipeline.execute()[::2]]
