"""What is in the bin is in no calendar, search or recap; restored, it has all that was written."""

from datetime import date

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.bin.service import restore, throw_away
from classifier.history import diary, recap
from classifier.history.calendar import colours_of, day_of, month_of
from classifier.history.pages import Filters, history_page
from classifier.models import Outfit, Release
from tests.support.factories import add_outfit

MARCH = date(2026, 3, 1)


@pytest.fixture
def written(owner: User, release: Release) -> Outfit:
    """An outfit of March with all that a diary has."""
    outfit = add_outfit(owner, release, release.styles.ids[0]).outfit
    Outfit.objects.filter(pk=outfit.pk).update(day=date(2026, 3, 7), palette=[["#14213d", 1.0]])
    diary.write(owner, outfit.pk, note="Seoul", tags=["rain"], favorite=True)
    diary.wear_again(owner, outfit.pk, date(2026, 3, 9))
    return outfit


def seen(owner: User) -> dict[str, object]:
    """Where the diary shows something."""
    found = recap.recap_of(owner, MARCH)
    return {
        "month": month_of(owner, MARCH, first_weekday=0).outfits,
        "day": len(day_of(owner, date(2026, 3, 7))),
        "worn again": len(day_of(owner, date(2026, 3, 9))),
        "recap": found.outfits,
        "recap, again": found.again,
        "colours": len(colours_of(owner, MARCH)),
        "tags": diary.tags_in_use(owner),
        **{
            f"{name}={value}": len(history_page(owner, Filters.read({name: value}), None).months)
            for name, value in (
                ("q", "seoul"),
                ("tag", "rain"),
                ("colour", "navy"),
                ("favorite", "1"),
            )
        },
    }


def test_the_diary_shows_nothing_of_it_and_all_of_it_again(owner: User, written: Outfit) -> None:
    before = seen(owner)
    assert all(before.values())
    throw_away(owner.pk, [written.pk])
    assert not any(seen(owner).values())
    restore(owner.pk, [written.pk])
    assert seen(owner) == before


def test_nothing_is_written_beside_it(
    as_owner: Client, owner: User, release: Release, written: Outfit
) -> None:
    other = add_outfit(owner, release, release.styles.ids[0]).outfit
    throw_away(owner.pk, [written.pk])
    for path in ("diary/", "favorite/", "worn/"):
        assert as_owner.post(f"/outfits/{written.pk}/{path}").status_code == 404, path
    pair = f"outfit={written.pk}&outfit={other.pk}"
    assert as_owner.get(f"/outfits/compare/?{pair}").status_code == 404


def test_the_link_to_a_recap_sleeps(owner: User, written: Outfit) -> None:
    link = recap.share(owner, recap.recap_of(owner, MARCH))
    throw_away(owner.pk, [written.pk])
    for path in ("", "card.jpg"):
        assert Client().get(f"/r/{link.token}/{path}").status_code == 404
    restore(owner.pk, [written.pk])
    assert recap.shared(link.token) == link
