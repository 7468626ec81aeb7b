"""The diary: notes, tags, favorites, further days; and the search that finds them again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from classifier.history import diary, pages
from classifier.history.pages import Filters, history_page
from classifier.history.search import Search
from classifier.models import Outfit, Release, WornDay
from tests.support.factories import add_outfit

Make = Callable[..., Outfit]


def found(user: User, **filters: str) -> list[str]:
    """The file names that a search shows, newest first, over all pages of two."""
    names: list[str] = []
    after = None
    while True:
        page = history_page(user, Filters.read(filters), after, 2)
        names += [each.original_name for month in page.months for each in month.outfits]
        if page.next is None:
            return names
        after = page.next


@pytest.fixture
def wardrobe(owner: User, stranger: User, release: Release) -> dict[str, Outfit]:
    """Five outfits of the owner, one a month, and one of a stranger with the same words."""
    styles = release.styles.ids
    made = {}
    for months, (name, style, note, tags, colours) in enumerate(
        [
            ("IMG_4711.jpg", styles[0], "리넨 코트를 입고 서울", ["여행", "rain"], ["#8b0000"]),
            ("beach-day.png", styles[1], "Lena's wedding\nin O’Fallon", ["Wedding"], ["#14213d"]),
            ("코트.heic", styles[0], "", [], ["#14213d", "#f5f5f5"]),
            ("scan 2.jpg", styles[2], "100% wool \\ 'quoted' & | ! :*", ["office look"], []),
            ("IMG_4712.jpg", styles[1], "", ["rain"], []),
            ("IMG_4711 stranger.jpg", styles[0], "코트를 wedding", ["rain"], ["#8b0000"]),
        ]
    ):
        mine = "stranger" not in name
        outfit = add_outfit(owner if mine else stranger, release, style).outfit
        day = date(2026, 10 - months, 15)
        Outfit.objects.filter(pk=outfit.pk).update(
            original_name=name, day=day, palette=[[each, 0.5] for each in colours]
        )
        diary.write(outfit.owner, outfit.pk, note=note, tags=tags)
        made[name] = outfit
    return made


@pytest.mark.parametrize("near", [1500, 1])
@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("코트", ["IMG_4711.jpg", "코트.heic"]),
        ("IMG", ["IMG_4711.jpg", "IMG_4712.jpg"]),
        ("img_4712", ["IMG_4712.jpg"]),
        ("lena wedd", ["beach-day.png"]),
        ("fallon", ["beach-day.png"]),
        ("rain", ["IMG_4711.jpg", "IMG_4712.jpg"]),
        ("여행", ["IMG_4711.jpg"]),
        ("wool 100", ["scan 2.jpg"]),
        ("'quoted' & ! | :* \\", ["scan 2.jpg"]),
        ("navy", ["beach-day.png", "코트.heic"]),
        ("남색", ["beach-day.png", "코트.heic"]),
        ("navy white", ["코트.heic"]),
        ("2026-09-15", ["beach-day.png"]),
        ("september 2026", ["beach-day.png"]),
        ("2026년 9월 wedding", ["beach-day.png"]),
        ("2026-10 wedding", []),
        ("2026 rain", ["IMG_4711.jpg", "IMG_4712.jpg"]),
        ("2025", []),
        ("nowhere", []),
    ],
)
def test_one_box_finds_notes_tags_names_colours_and_days(
    owner: User,
    wardrobe: dict[str, Outfit],
    monkeypatch: pytest.MonkeyPatch,
    near: int,
    typed: str,
    names: list[str],
) -> None:
    monkeypatch.setattr(pages, "NEAR", near)
    assert found(owner, q=typed) == names


def test_a_style_is_found_by_its_name_in_either_language(
    owner: User, wardrobe: dict[str, Outfit], release: Release
) -> None:
    style = release.styles.styles[0]
    wanted = ["IMG_4711.jpg", "코트.heic"]
    for name in style.names.values():
        assert found(owner, q=name) == wanted
    assert found(owner, q=f"{style.name('en')} 코트를") == ["IMG_4711.jpg"]


def test_filters_of_the_diary(owner: User, wardrobe: dict[str, Outfit]) -> None:
    assert found(owner, tag="wedding") == ["beach-day.png"]
    assert found(owner, tag="WEDDING") == ["beach-day.png"]
    assert found(owner, tag="office") == [], "the whole tag"
    assert found(owner, tag="office look") == ["scan 2.jpg"]
    assert found(owner, colour="red") == ["IMG_4711.jpg"]
    assert found(owner, favorite="1") == []
    diary.write(owner, wardrobe["코트.heic"].pk, favorite=True)
    assert found(owner, favorite="1") == ["코트.heic"]
    assert found(owner, favorite="1", q="rain") == []
    assert diary.tags_in_use(owner)[0] == "rain"


def test_the_index_of_words_is_used(owner: User, wardrobe: dict[str, Outfit]) -> None:
    """With so few rows any index is cheap: so the others of the table are gone for a moment."""
    rare = Outfit.objects.filter(Search.read("lena").condition(owner.pk))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'classifier_outfit'"
            " AND indexname <> 'outfit_words' AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint)"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rare.explain()
        transaction.set_rollback(True)
    assert "outfit_words" in plan, plan


@pytest.mark.parametrize("tags", [["x"] * 2 + [str(n) for n in range(20)], ["y" * 41], ["a\x07b"]])
def test_tags_are_few_and_short(tags: list[str]) -> None:
    with pytest.raises(ValueError, match="tags"):
        diary.read_tags(tags)


def test_tags_are_kept_in_one_form() -> None:
    assert diary.read_tags([" Summer  Dress ", "#rain", "RAIN", ""]) == ["summer dress", "rain"]


def test_a_person_writes_and_finds_it_on_the_page(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    page = f"/outfits/{outfit.pk}/"
    as_owner.post(f"{page}diary/", {"note": "first day\r\nat work", "tags": "Office, rain"})
    outfit.refresh_from_db()
    assert (outfit.note, outfit.tags) == ("first day\nat work", ["office", "rain"])
    assert 'class="thumb"' in as_owner.get("/outfits/?q=work").content.decode()
    button = as_owner.post(f"{page}favorite/", {"on": "1"}, headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in button.content.decode()
    as_owner.post(f"{page}favorite/", {"on": ""})
    outfit.refresh_from_db()
    assert not outfit.favorite
    long = as_owner.post(f"{page}diary/", {"note": "x" * 1001}, follow=True)
    assert "1,000" in long.content.decode()
    assert as_owner.post(f"{page}diary/", {"note": "\x07"}).status_code == 400


def test_worn_again_is_a_further_day(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    yesterday = timezone.localdate() - timedelta(days=1)
    worn = f"/outfits/{outfit.pk}/worn/"
    for _ in range(2):
        as_owner.post(worn, {"day": f"{yesterday}"})
    as_owner.post(worn, {"day": f"{outfit.day}"})
    as_owner.post(worn, {"day": "1850-01-01"})
    as_owner.post(worn, {"day": "x"})
    assert list(WornDay.objects.values_list("day", flat=True)) == [yesterday]
    as_owner.post(worn, {"day": f"{yesterday}", "not": "1"})
    assert not WornDay.objects.exists()


def test_nobody_writes_into_somebody_elses_diary(make_outfit: Make, as_stranger: Client) -> None:
    outfit = make_outfit()
    for part in ("diary", "favorite", "worn"):
        assert as_stranger.post(f"/outfits/{outfit.pk}/{part}/", {"on": "1"}).status_code == 404
    outfit.refresh_from_db()
    assert not outfit.favorite
