"""Time zones by their IANA names."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Names that people may choose from, sorted: places, without abbreviations and aliases."""
    places = {name for name in available_timezones() if "/" in name}
    aliases = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return ("UTC", *sorted(name for name in places if not name.startswith(aliases)))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None for what is none."""
    return ZoneInfo(name) if name in _known() else None
