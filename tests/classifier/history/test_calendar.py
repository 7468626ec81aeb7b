"""The diary by days: a month, a day, days worn again, and two outfits side by side."""

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.history import diary
from classifier.history.calendar import SHOWN, colours_of, day_of, month_of
from classifier.models import Outfit, Release
from tests.support.factories import add_outfit

MARCH = date(2026, 3, 1)
Put = Callable[..., Outfit]


@pytest.fixture
def put(owner: User, release: Release) -> Put:
    """An outfit of the owner on this day, with what else its row is to have."""

    def make(day: date, user: User | None = None, **changes: object) -> Outfit:
        outfit = add_outfit(user or owner, release, release.styles.ids[0]).outfit
        Outfit.objects.filter(pk=outfit.pk).update(day=day, **changes)
        outfit.refresh_from_db()
        return outfit

    return make


def test_a_month_shows_the_first_of_each_day(owner: User, stranger: User, put: Put) -> None:
    many = [put(date(2026, 3, 31)) for _ in range(SHOWN + 2)]
    best = put(date(2026, 3, 31), favorite=True)
    put(date(2026, 2, 28))
    put(date(2026, 3, 31), user=stranger)
    month = month_of(owner, MARCH, first_weekday=6)
    assert [week[0].day.weekday() for week in month.weeks] == [6] * len(month.weeks)
    days = {day.day: day for week in month.weeks for day in week}
    last = days[date(2026, 3, 31)]
    assert last.outfits[0] == best
    assert (len(last.outfits), last.count, last.more) == (
        SHOWN,
        len(many) + 1,
        len(many) + 1 - SHOWN,
    )
    assert month.outfits == last.count, "none of another month, and nobody else's"
    assert (month.before, month.after) == (date(2026, 2, 1), date(2026, 4, 1))


def test_what_was_worn_again_stands_in_the_calendar_too(owner: User, put: Put) -> None:
    outfit = put(date(2026, 1, 5))
    assert diary.wear_again(owner, outfit.pk, date(2026, 3, 7))
    month = month_of(owner, MARCH, first_weekday=0)
    assert [day.outfits for week in month.weeks for day in week if day.count] == [[outfit]]
    assert day_of(owner, date(2026, 3, 7)) == [outfit]


def test_a_month_has_colours(owner: User, put: Put) -> None:
    put(date(2026, 3, 2), palette=[["#8b0000", 1.0]])
    put(date(2026, 3, 3), palette=[["#14213d", 1.0]])
    put(date(2026, 4, 1), palette=[["#ffff00", 1.0]])
    put(date(2026, 3, 4), palette=[])
    assert {each.name for each in colours_of(owner, MARCH)} == {"red", "navy"}


@pytest.mark.parametrize(
    "query", ["", "month=2026-03", "day=2026-03-07", "month=x", "day=2026-02-30", "month=9999-12"]
)
def test_every_month_and_day_has_a_page(as_owner: Client, put: Put, query: str) -> None:
    outfit = put(date(2026, 3, 7))
    answer = as_owner.get(f"/outfits/calendar/?{query}")
    assert answer.status_code == 200
    assert (str(outfit.pk) in answer.content.decode()) == ("2026-03" in query)


def test_two_outfits_are_compared(as_owner: Client, as_stranger: Client, put: Put) -> None:
    palette = [["#14213d", 1.0]]
    one, other = (put(MARCH, palette=palette, tags=["rain"], note=f"n{n}") for n in range(2))
    sent = as_owner.post("/outfits/compare/", {"outfit": [str(one.pk), str(other.pk)]})
    page = as_owner.get(sent["Location"]).content.decode()
    assert "n0" in page
    assert "n1" in page
    assert "Tags on both: rain" in " ".join(page.split())
    assert as_stranger.get(sent["Location"]).status_code == 404
    assert as_owner.post("/outfits/compare/", {"outfit": [str(one.pk)]})["Location"] == "/outfits/"
    assert as_owner.get("/outfits/compare/?outfit=x").status_code == 400
