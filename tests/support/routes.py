"""Every route of the site, as an address that could be posted to."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

NUMBER = "1"
ID = "11111111-1111-4111-8111-111111111111"
SAMPLES = {"uuid": ID, "int": NUMBER, "str": "x", "slug": "x", "path": "x", "token": "x" * 20}


def addresses(prefix: str = "/", outside: tuple[str, ...] = ()) -> list[str]:
    """All addresses below `prefix`, with samples for what varies in them."""
    found = {f"/{path}" for path in _paths(get_resolver().url_patterns)}
    return sorted(a for a in found if a.startswith(prefix) and not a.startswith(outside))


def _paths(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        here = _sample(pattern)
        if isinstance(pattern, URLResolver):
            yield from (here + rest for rest in _paths(pattern.url_patterns))
        else:
            yield here


def _sample(pattern: URLPattern | URLResolver) -> str:
    """The pattern with a sample in the place of each converter or group."""
    text = re.sub(
        r"<(?:(\w+):)?\w+>",
        lambda found: SAMPLES.get(found[1] or "str", "x"),
        re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "x", str(pattern.pattern)),
    )
    return re.sub(r"[\^$\\?]", "", text)  # what is left of allauth's regular expressions
