"""How often somebody wore which style, month by month: what the chart above a history shows."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

MONTHS = 12
SERIES = 5
"""Styles with a colour of their own; the others are one."""
_CACHE_S = 30

_COUNTS = """
    SELECT date_trunc('month', day)::date::text, style, count(*)
    FROM classifier_outfit
    WHERE owner_id = %(owner)s AND style > '' AND status <> 'binned'
      AND day >= %(since)s
    GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in units of the chart: from `y`, `height` high. Style "" is all others."""

    series: int
    style: str
    count: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One month."""

    month: date
    total: int
    x: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Timeline:
    """Bars of the last months, oldest first, 100 high and 10 wide each; styles by frequency."""

    bars: tuple[Bar, ...]
    styles: tuple[str, ...]
    others: int
    total: int


def timeline_of(owner_id: int, today: date) -> Timeline | None:
    """The last MONTHS months of a person, or None where they hold nothing.

    A moment old at most.
    """
    parameters: dict[str, int | date] = {"owner": owner_id, "since": _months(today)[0]}

    def read() -> list[tuple[str, str, int]]:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS, parameters)
            return list(cursor.fetchall())

    try:
        rows = cache.get_or_set(f"timeline:{owner_id}", read, _CACHE_S)
    except RedisError:
        rows = read()
    counts = [(date.fromisoformat(month), style, count) for month, style, count in rows or []]
    return drawn(counts, today)


def drawn(rows: list[tuple[date, str, int]], today: date) -> Timeline | None:
    """The chart of counts by first of month and style; the highest bar is 100 units high."""
    totals: Counter[str] = Counter()
    months: dict[date, Counter[str]] = {month: Counter() for month in _months(today)}
    for month, style, count in rows:
        if month in months:
            totals[style] += count
            months[month][style] += count
    if not totals:
        return None
    styles = tuple(style for style, _ in totals.most_common(SERIES))
    highest = max(counts.total() for counts in months.values())
    bars = tuple(
        Bar(month, counts.total(), 10 * place, _segments(counts, styles, 100 / highest))
        for place, (month, counts) in enumerate(months.items())
    )
    named = sum(totals[style] for style in styles)
    return Timeline(bars, styles, totals.total() - named, totals.total())


def _segments(counts: Counter[str], styles: tuple[str, ...], unit: float) -> tuple[Segment, ...]:
    named = [(series, style, counts[style]) for series, style in enumerate(styles, start=1)]
    others = counts.total() - sum(count for *_, count in named)
    segments, top = [], 100.0
    for series, style, count in [*named, (0, "", others)]:
        if count:
            height = count * unit
            top -= height
            segments.append(Segment(series, style, count, round(top, 2), round(height, 2)))
    return tuple(segments)


def _months(today: date) -> list[date]:
    """The first days of the last MONTHS months, oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MONTHS + 1, number + 1)]
