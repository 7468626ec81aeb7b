"""The history of one person: filtered, in pages that begin where the one before ended.

A page is found by one index scan wherever it lies (keyset pagination: M. Winand, "Paging Through
Results", use-the-index-luke.com), so the ten-thousandth takes as long as the first.

What is searched for may be frequent or rare, and PostgreSQL cannot know which: its statistics are
of everybody's words. So a page of a search is looked for among the NEAR following outfits first,
where anything frequent is found at once; what is not there is rare, and found by the index of
words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.contrib.auth.models import User
from django.db.models import DateField, ExpressionWrapper, F, Q, QuerySet, Value
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from classifier.access import outfits_of
from classifier.history import colours, search
from classifier.models import Outfit, Prediction
from classifier.models.diary import LONGEST_TAG
from classifier.values.places import Place
from classifier.values.text import is_line

PAGE_SIZE = 24
NO_OUTFIT = "no-outfit"
"""A photo in which no outfit is seen: a choice beside those of how certain a style is."""
FILTERS = ("q", "style", "wardrobe", "since", "until", "certainty", "tag", "colour", "favorite")
NEAR = 1500
"""Outfits that a search looks through before it goes by the index of words."""


@dataclass(frozen=True)
class Filters:
    """What of a history is wanted; empty means all. Days are whole and inclusive.

    `q` is what somebody typed into the search box (`classifier.history.search`).
    """

    q: str = ""
    style: str = ""
    wardrobe: str = ""
    since: date | None = None
    until: date | None = None
    certainty: str = ""
    tag: str = ""
    colour: str = ""
    favorite: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """From a page's query; what cannot be understood filters nothing."""
        certainty, colour = query.get("certainty", ""), query.get("colour", "")
        return cls(
            q=_line(query.get("q", ""), search.LONGEST),
            style=_id(query.get("style", "")),
            wardrobe=_id(query.get("wardrobe", "")),
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            certainty=certainty if certainty in (*Outfit.Certainty.values, NO_OUTFIT) else "",
            tag=_line(query.get("tag", ""), LONGEST_TAG),
            colour=colour if colour in colours.NAMES else "",
            favorite="1" if query.get("favorite") else "",
        )

    def __bool__(self) -> bool:
        return self != Filters()

    @property
    def beside_search(self) -> bool:
        """Whether anything but the search box is filled in."""
        return any(getattr(self, name) for name in FILTERS if name != "q")

    @property
    def by_words(self) -> bool:
        """Whether it takes the index of words."""
        return bool(search.Search.read(self.q).words or self.tag or self.colour)

    def query(self) -> str:
        """As a page's query."""
        return urlencode({name: value for name in FILTERS if (value := getattr(self, name))})

    def of(self, user: User) -> QuerySet[Outfit]:
        """The person's outfits that pass, newest first."""
        found = outfits_of(user)
        if self.certainty == NO_OUTFIT:
            found = found.exclude(kind=Prediction.Kind.OUTFIT)
        elif self.certainty:
            # What counts as no outfit has no style of which this could be said.
            found = found.filter(certainty=self.certainty, kind=Prediction.Kind.OUTFIT)
        for name in ("style", "wardrobe"):
            if value := getattr(self, name):
                found = found.filter(**{name: value})
        searched = search.Search.read(self.q)
        for since in filter(None, (self.since, searched.since)):
            found = found.filter(day__gte=since)
        for until in filter(None, (self.until, searched.until)):
            found = found.filter(day__lte=until)
        if searched.words:
            found = found.filter(searched.condition(user.pk))
        if self.tag:
            found = found.filter(search.tagged(user.pk, self.tag))
        if self.colour:
            found = found.filter(search.coloured(user.pk, self.colour))
        return found.filter(favorite=True) if self.favorite else found


@dataclass(frozen=True)
class DayPlace:
    """Where a page ended: its last outfit, within its day."""

    day: date
    place: Place

    @classmethod
    def of(cls, outfit: Outfit) -> "DayPlace":
        """Where this outfit is."""
        return cls(outfit.day, Place(outfit.created, outfit.pk))

    @classmethod
    def read(cls, text: str) -> "DayPlace":
        """From `str(place)`. Raises ValueError."""
        day, _, rest = text.partition("_")
        return cls(date.fromisoformat(day), Place.read(rest))

    def __str__(self) -> str:
        return f"{self.day.isoformat()}_{self.place}"


def place(text: str) -> DayPlace | None:
    """Where a page's query goes on; None, which is the beginning, where it makes no sense."""
    try:
        return DayPlace.read(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Month:
    """The outfits of a page that are of one month; `goes_on` where the page before began it."""

    first_day: date
    goes_on: bool
    outfits: list[Outfit] = field(default_factory=list)


@dataclass(frozen=True)
class HistoryPage:
    """One page, by months, and the place from which the next one goes on, if there is one."""

    months: Sequence[Month]
    next: DayPlace | None


def history_page(
    user: User, filters: Filters, after: DayPlace | None, size: int = PAGE_SIZE
) -> HistoryPage:
    """The `size` outfits that follow `after`."""
    found = filters.of(user)
    if filters.by_words:
        outfits, following = _searched(user, found, after, size)
    else:
        outfits, following = outfits_after(found, after, size)
    months: list[Month] = []
    begun = after.day.replace(day=1) if after else None
    for outfit in outfits:
        month = outfit.day.replace(day=1)
        if not months or months[-1].first_day != month:
            months.append(Month(month, goes_on=month == begun))
        months[-1].outfits.append(outfit)
    return HistoryPage(months, following)


def _searched(
    user: User, found: QuerySet[Outfit], after: DayPlace | None, size: int
) -> tuple[list[Outfit], DayPlace | None]:
    all_of_them = outfits_of(user).prefetch_related(None)
    if after:
        all_of_them = all_of_them.filter(day__lte=after.day)
    far = all_of_them.values_list("day", flat=True)[NEAR : NEAR + 1].first()
    near = outfits_after(found.filter(day__gte=far) if far else found, after, size)
    if far is None or near[1]:
        return near
    # An order that no index has: so the planner cannot walk along a whole history.
    day = ExpressionWrapper(F("day") + Value(0), output_field=DateField())
    return outfits_after(found.order_by(day.desc(), "-created", "-id"), after, size)


def outfits_after(
    found: QuerySet[Outfit], after: DayPlace | None, size: int = PAGE_SIZE
) -> tuple[list[Outfit], DayPlace | None]:
    """The `size` outfits that follow `after`, newest first, and where the next page begins."""
    if after:
        # The first condition is what the index scan starts from.
        created, row_id = after.place.created, after.place.row_id
        found = found.filter(day__lte=after.day).exclude(
            Q(day=after.day) & (Q(created__gt=created) | Q(created=created, id__gte=row_id))
        )
    outfits = list(found[: size + 1])
    more = len(outfits) > size
    del outfits[size:]
    return outfits, DayPlace.of(outfits[-1]) if more else None


def _id(text: str) -> str:
    return text if re.fullmatch(r"[\w-]{1,40}", text) else ""


def _line(text: str, most: int) -> str:
    return text.strip()[:most] if is_line(text) else ""


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:  # such as the 31st of June
        return None
    # Neighbours of the calendar's ends have no day before or after them.
    return day if day and date(1970, 1, 1) <= day <= date(9000, 1, 1) else None
