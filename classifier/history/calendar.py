"""A month of a history as a calendar, and one day of it; what was worn again is on both days.

A month costs the same however many outfits it has: each day shows the newest few, and the colours
of the month are those of its newest COLOURED.
"""

import calendar
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from classifier.access import outfits_of
from classifier.history.days import EARLIEST
from classifier.history.palette import Colour, merged, read
from classifier.models import Outfit, WornDay

SHOWN = 3
"""Thumbs of one day."""
MOST_WORN = 500
"""Days worn again that a month shows."""
MOST_OF_DAY = 120
COLOURED = 150


@dataclass
class Day:
    """A day with its first outfits, favorites first, and how many there are in all."""

    day: date
    in_month: bool
    outfits: list[Outfit] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.outfits)


@dataclass(frozen=True)
class Month:
    """The weeks of a month, whole ones, and how many outfits it has."""

    first: date
    weeks: Sequence[Sequence[Day]]
    outfits: int

    @property
    def before(self) -> date | None:
        earlier = (self.first - timedelta(days=1)).replace(day=1)
        return earlier if earlier >= EARLIEST else None

    @property
    def after(self) -> date:
        return (self.first + timedelta(days=32)).replace(day=1)


def month_of(user: User, first: date, *, first_weekday: int) -> Month:
    """The month that begins with `first`. `first_weekday` is Python's: 0 is a Monday."""
    days = {
        day: Day(day, day.month == first.month)
        for week in calendar.Calendar(first_weekday).monthdatescalendar(first.year, first.month)
        for day in week
    }
    for outfit in _first_of_each_day(user, first, last_of(first)):
        days[outfit.day].outfits.append(outfit)
        days[outfit.day].count = outfit.of_day
    for day, outfits in _worn_again(user, first, last_of(first)).items():
        free = SHOWN - len(days[day].outfits)
        days[day].outfits += outfits[:free]
        days[day].count += len(outfits)
    all_days = list(days.values())
    weeks = [all_days[n : n + 7] for n in range(0, len(all_days), 7)]
    return Month(first, weeks, sum(each.count for each in all_days))


def day_of(user: User, day: date) -> list[Outfit]:
    """What was worn on this day: the outfits of the day, then those worn again."""
    outfits = list(outfits_of(user).filter(day=day)[:MOST_OF_DAY])
    again = WornDay.objects.filter(owner=user, day=day).values("outfit")[:MOST_OF_DAY]
    return outfits + list(outfits_of(user).filter(pk__in=again))


def colours_of(user: User, first: date) -> list[Colour]:
    """The colours of a month: of its newest outfits."""
    of_month = outfits_of(user).filter(day__gte=first, day__lte=last_of(first))
    kept = of_month.prefetch_related(None).exclude(palette__isnull=True).exclude(palette=[])
    return merged(map(read, kept.values_list("palette", flat=True)[:COLOURED]))


def last_of(first: date) -> date:
    """The last day of the month that begins with `first`."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _first_of_each_day(user: User, since: date, until: date) -> list[Any]:
    """Each with `of_day`, how many its day has."""
    ranked = (
        outfits_of(user)
        .prefetch_related(None)
        .filter(day__gte=since, day__lte=until)
        .annotate(
            of_day=Window(Count("pk"), partition_by=F("day")),
            rank=Window(
                RowNumber(), partition_by=F("day"), order_by=["-favorite", "-created", "-id"]
            ),
        )
        .filter(rank__lte=SHOWN)
        .order_by("day", "rank")
        .only("id", "day", "style", "favorite", "status", "kind")
    )
    return list(ranked)


def _worn_again(user: User, since: date, until: date) -> dict[date, list[Outfit]]:
    rows = WornDay.objects.filter(owner=user, day__gte=since, day__lte=until)
    pairs = list(rows.order_by("day", "outfit").values_list("day", "outfit")[:MOST_WORN])
    worn = outfits_of(user).prefetch_related(None).in_bulk({outfit for _, outfit in pairs})
    found: dict[date, list[Outfit]] = defaultdict(list)
    for day, outfit in pairs:
        if outfit in worn:
            found[day].append(worn[outfit])
    return found
