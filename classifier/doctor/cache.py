"""The cache."""

import secrets
from collections.abc import Iterator

from django.core.cache import cache

from classifier.doctor.database import how_to_reach
from classifier.doctor.findings import Finding, Options, error, first_line, ok

KEPT_S = 60


def check(_: Options) -> Iterator[Finding]:
    """Give it something to keep, and take it back."""
    key, value = f"doctor:{secrets.token_hex(8)}", secrets.token_hex(8)
    try:
        cache.set(key, value, timeout=KEPT_S)
        kept = cache.get(key) == value
        cache.delete(key)
    except Exception as fault:  # whatever its client raises
        yield error(
            "cache.away",
            f"The cache does not answer: {first_line(fault)}.",
            how_to_reach("FASI_CACHE_URL"),
        )
        return
    if kept:
        yield ok("cache.ok", "The cache answers.")
    else:
        yield error(
            "cache.forgets",
            "The cache forgets what it was just given.",
            "It is out of memory: give it more, or a policy that drops the oldest.",
        )
