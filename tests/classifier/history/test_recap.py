"""The recap of a month, and its public link."""

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from classifier.accounts.end_access import end_all_access
from classifier.history import diary, recap
from classifier.history.card_drawing import SIZE
from classifier.models import AuditEntry, Outfit, Release, SharedRecap
from tests.conftest import signed_in
from tests.support.factories import add_outfit

MARCH = date(2026, 3, 1)
SHARE = "/outfits/recap/share/"


@pytest.fixture
def month(classified: Outfit) -> Outfit:
    """The owner's only outfit, with its photo, in March."""
    Outfit.objects.filter(pk=classified.pk).update(day=date(2026, 3, 7), palette=[["#14213d", 1.0]])
    classified.refresh_from_db()
    return classified


def test_a_recap_counts_outfits_days_styles_and_what_is_new(owner: User, release: Release) -> None:
    old, new = release.styles.ids[:2]
    days = {old: [date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2)], new: [date(2026, 3, 2)]}
    for style, worn in days.items():
        for day in worn:
            made = add_outfit(owner, release, style).outfit
            Outfit.objects.filter(pk=made.pk).update(day=day)
    no_outfit = add_outfit(owner, release, old, kind="none").outfit
    Outfit.objects.filter(pk=no_outfit.pk).update(day=date(2026, 3, 9))
    diary.wear_again(owner, made.pk, date(2026, 3, 20))
    found = recap.recap_of(owner, MARCH)
    assert (found.outfits, found.days, found.again) == (3, 3, 1)
    assert list(found.styles) == [(old, 2), (new, 1)]
    assert found.newcomers == [new]


def test_a_month_in_which_all_was_worn_before_has_a_recap(
    month: Outfit, owner: User, as_owner: Client
) -> None:
    diary.wear_again(owner, month.pk, date(2026, 5, 2))
    found = recap.recap_of(owner, date(2026, 5, 1))
    assert (found.outfits, found.days, found.again, list(found.shown)) == (0, 1, 1, [month])
    page = as_owner.get("/outfits/recap/?month=2026-05").content.decode()
    assert f"/outfits/{month.pk}/" in page
    assert "0 outfits" not in page


def test_a_link_shows_the_month_as_it_was_shared(
    month: Outfit, owner: User, release: Release, as_owner: Client
) -> None:
    as_owner.post(SHARE, {"month": "2026-03"})
    shared = SharedRecap.objects.get()
    later = add_outfit(owner, release, month.style or release.styles.ids[0]).outfit
    Outfit.objects.filter(pk=later.pk).update(day=date(2026, 3, 8))
    assert shared.outfits == [month.pk]
    visitor = Client()
    assert visitor.get(f"/r/{shared.token}/").status_code == 200
    card = visitor.get(f"/r/{shared.token}/card.jpg")
    with Image.open(BytesIO(card.content)) as image:
        assert image.size == SIZE
    assert AuditEntry.objects.filter(action="shared", details={"month": "2026-03"}).exists()
    assert shared.token in as_owner.get("/outfits/recap/?month=2026-03").content.decode()


def test_the_card_speaks_the_language_of_whoever_shares(
    month: Outfit, owner: User, as_owner: Client
) -> None:
    cards = []
    for reader in (as_owner, signed_in(owner, headers={"Accept-Language": "ko"})):
        reader.post(SHARE, {"month": "2026-03"})
        cards.append(Client().get(f"/r/{SharedRecap.objects.get().token}/card.jpg").content)
    assert SharedRecap.objects.get().language == "ko"
    assert cards[0] != cards[1]


@pytest.mark.parametrize("way", ["stopped", "deleted", "no outfit", "all access ended"])
def test_a_link_ends(month: Outfit, owner: User, as_owner: Client, way: str) -> None:
    as_owner.post(SHARE, {"month": "2026-03"})
    token = SharedRecap.objects.get().token
    ends: dict[str, Callable[[], object]] = {
        "stopped": lambda: as_owner.post(SHARE, {"month": "2026-03", "stop": "1"}),
        "deleted": lambda: as_owner.post(f"/outfits/{month.pk}/delete/"),
        "no outfit": lambda: as_owner.post(
            f"/outfits/{month.pk}/correct/", {"answer": "not_an_outfit"}
        ),
        "all access ended": lambda: end_all_access(owner),
    }
    ends[way]()
    for address in (f"/r/{token}/", f"/r/{token}/card.jpg"):
        assert Client().get(address).status_code == 404


def test_nothing_is_shared_without_a_confirmed_address_or_of_an_empty_month(
    month: Outfit, as_owner: Client, owner: User
) -> None:
    as_owner.post(SHARE, {"month": "2026-04"})
    EmailAddress.objects.filter(user=owner).update(verified=False)
    as_owner.post(SHARE, {"month": "2026-03"})
    assert not SharedRecap.objects.exists()
    assert as_owner.post(SHARE, {"month": "x"}).status_code == 400
