"""The history: months, filters, places that pages go on from, the chart, deleting several."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from classifier.history.pages import PAGE_SIZE, DayPlace, Filters, history_page
from classifier.history.timeline import MONTHS, drawn
from classifier.models import Outfit, Release
from classifier.storage import objects
from worker.classification import work

Make = Callable[..., Outfit]
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def many(owner: User) -> list[Outfit]:
    """60 outfits of the owner, three at each moment, newest first; nothing is stored of them."""
    begin = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    made = Outfit.objects.bulk_create(
        Outfit(
            owner=owner,
            sha256=f"{number:064}",
            width=480,
            height=720,
            stored_bytes=1,
            photo_key=f"{objects.OUTFITS}{number}/photo.jpg",
            thumb_key=f"{objects.OUTFITS}{number}/thumb.jpg",
            status="done",
            classified=begin,
            style=("boho", "casual")[number % 2],
            certainty=("sure", "unsure", "corrected")[number % 3],
            wardrobe=("", "women")[number % 5 == 0],
            created=begin - timedelta(days=3 * (number // 3)),
            day=(begin - timedelta(days=3 * (number // 3))).date(),
        )
        for number in range(60)
    )
    return sorted(made, key=lambda each: (each.created, each.pk), reverse=True)


def walk(user: User, filters: Filters, size: int = 7) -> list[Outfit]:
    """All pages, one after the other."""
    found: list[Outfit] = []
    after = None
    while True:
        page = history_page(user, filters, after, size)
        found += [outfit for month in page.months for outfit in month.outfits]
        if page.next is None:
            return found
        after = DayPlace.read(str(page.next))


def test_the_pages_hold_every_outfit_once_newest_first(owner: User, many: list[Outfit]) -> None:
    assert walk(owner, Filters()) == many


def test_an_outfit_that_comes_or_goes_meanwhile_moves_no_other(
    owner: User, many: list[Outfit]
) -> None:
    first = history_page(owner, Filters(), None, 10)
    many[3].delete()
    second = history_page(owner, Filters(), first.next, 10)
    assert [each for month in second.months for each in month.outfits] == many[10:20]


def test_months_go_on_across_pages(owner: User, many: list[Outfit]) -> None:
    first = history_page(owner, Filters(), None, 10)
    second = history_page(owner, Filters(), first.next, 30)
    assert [month.first_day for month in first.months] == [date(2026, 3, 1)]
    assert [(month.first_day.month, month.goes_on) for month in second.months] == [
        (3, True),
        (2, False),
    ]


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters(style="boho"), lambda each: each.style == "boho"),
        (Filters(certainty="unsure"), lambda each: each.certainty == "unsure"),
        (Filters(wardrobe="women"), lambda each: each.wardrobe == "women"),
        (Filters(since=date(2026, 3, 1)), lambda each: each.created.month == 3),
        (
            Filters(until=date(2026, 2, 27)),
            lambda each: each.created < datetime(2026, 2, 28, tzinfo=UTC),
        ),
        (
            Filters(style="casual", certainty="corrected", since=date(2026, 2, 2)),
            lambda each: (
                each.style == "casual"
                and each.certainty == "corrected"
                and each.created >= datetime(2026, 2, 2, tzinfo=UTC)
            ),
        ),
    ],
)
def test_filters(
    owner: User, many: list[Outfit], filters: Filters, passes: Callable[[Outfit], bool]
) -> None:
    wanted = [each for each in many if passes(each)]
    assert 0 < len(wanted) < 60
    assert walk(owner, filters) == wanted
    assert Filters.read(dict(pair.split("=") for pair in filters.query().split("&"))) == filters


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "after=2026-01-01_1",
        "after=2026-13-45T00:00:00+00:00_00000000-0000-4000-8000-000000000000",
        "since=2026-06-31",
        "since=0001-01-01&until=9999-12-31",
        "certainty=perhaps",
        "page=99999999999999999999",
    ],
)
def test_a_query_that_makes_no_sense_shows_the_history(
    make_outfit: Make, as_owner: Client, query: str
) -> None:
    make_outfit()
    assert as_owner.get(f"/outfits/?{query}").status_code == 200


def test_the_page_and_its_parts(as_owner: Client, many: list[Outfit]) -> None:
    page = as_owner.get("/outfits/").content.decode()
    assert page.count('class="thumb"') == PAGE_SIZE
    found = re.search(r'href="(\?after=[^"]+)"', page)
    assert found
    older = found[1].replace("&amp;", "&")
    assert "<html" in as_owner.get(f"/outfits/{older}").content.decode(), "works by pages"
    part = as_owner.get(f"/outfits/{older}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count('class="thumb"') == PAGE_SIZE


def test_another_persons_outfits_are_nowhere(as_stranger: Client, many: list[Outfit]) -> None:
    assert 'class="thumb"' not in as_stranger.get("/outfits/").content.decode()
    assert "<svg" not in as_stranger.get("/outfits/timeline/").content.decode()


def test_the_chart_counts_by_month_and_style() -> None:
    today = date(2026, 3, 15)
    rows = [
        (date(2026, 3, 1), "boho", 3),
        (date(2026, 3, 1), "casual", 1),
        (date(2025, 4, 1), "boho", 2),
        (date(2025, 3, 1), "boho", 99),  # before the first month that is shown
    ]
    chart = drawn(rows, today)
    assert chart is not None
    assert [bar.month for bar in chart.bars][::11] == [date(2025, 4, 1), today.replace(day=1)]
    assert len(chart.bars) == MONTHS
    assert (chart.styles, chart.total, chart.others) == (("boho", "casual"), 6, 0)
    last = chart.bars[-1]
    assert [(each.style, each.count, each.height) for each in last.segments] == [
        ("boho", 3, 75.0),
        ("casual", 1, 25.0),
    ]
    assert drawn([], today) is None


def test_the_chart_follows_a_correction(
    make_outfit: Make, as_owner: Client, release: Release
) -> None:
    outfit = make_outfit()
    work(budget_s=30)
    outfit.refresh_from_db()
    other = next(style for style in release.styles.styles if style.id != outfit.style)
    as_owner.post(f"/outfits/{outfit.pk}/correct/", {"style": other.id})
    cache.clear()
    assert f"style={other.id}" in as_owner.get("/outfits/timeline/").content.decode()


def test_nobody_deletes_what_is_not_theirs(make_outfit: Make, as_stranger: Client) -> None:
    outfit = make_outfit()
    as_stranger.post("/outfits/delete/", {"outfit": [str(outfit.pk)]})
    assert Outfit.objects.exists()
    assert as_stranger.post("/outfits/delete/", {"outfit": "no id"}).status_code == 400


def test_a_part_of_a_page_whose_session_is_over_sends_the_page_to_sign_in(
    make_outfit: Make,
) -> None:
    outfit = make_outfit()
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/outfits/{outfit.pk}/"}
    answer = Client().get(f"/outfits/{outfit.pk}/state/", headers=headers)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == f"/accounts/login/?next=%2Foutfits%2F{outfit.pk}%2F"
    assert answer.content == b""
