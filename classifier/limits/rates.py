"""Rates: counters in Redis, each for a fixed window of time.

They are against bursts. When Redis does not answer nobody is refused: a lost counter is a smaller
harm than a lost photo, and the quotas are in the database.
"""

from datetime import UTC, datetime
from typing import cast

from django.core.cache import cache

from classifier.storage.cache_server import cache_server

MINUTE = 60
DAY = 24 * 60 * 60


def this_minute() -> str:
    """The minute of the clock, to name a window that begins with it."""
    return f"{datetime.now(UTC):%H%M}"


# Stops at the first window that is over, and counts in none after it.
_COUNT_IN_TURN = """
for number, key in ipairs(KEYS) do
    local counted = redis.call('INCR', key)
    if counted == 1 then
        redis.call('EXPIRE', key, ARGV[2 * number - 1])
    end
    if counted > tonumber(ARGV[2 * number]) then
        return number
    end
end
return 0
"""


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


def first_over(*windows: tuple[str, int, int]) -> int | None:
    """Count in windows of so many seconds that take so many, in one round trip.

    Returns the number of the first that is over. What one window refuses counts in none of those
    behind it: name a person's own before what they share with others, or one person uses up
    everybody's. Raises RedisError.
    """
    names = [str(cache.make_key(key)) for key, _seconds, _most in windows]
    limits = [str(value) for _key, seconds, most in windows for value in (seconds, most)]
    found = cache_server().eval(_COUNT_IN_TURN, len(names), *names, *limits)
    return cast(int, found) - 1 if found else None
