"""For you: what is chosen for whom, what people say of it, and what nobody learns of anybody."""

import uuid
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from classifier.bin.service import restore, throw_away
from classifier.catalogue_items.adding import remove_items
from classifier.catalogue_items.indexing import index_catalogue
from classifier.models import CatalogueItem, CatalogueVector, Opinion, Outfit, Release, Suggested
from classifier.personalization.for_you import COUNT, Suggestions, suggestions_for
from classifier.personalization.ideas import YEAR, ideas_for
from classifier.personalization.opinions import ENOUGH, say
from classifier.personalization.switch import choose_adapting
from classifier.personalization.weights import FEWEST_PEOPLE
from classifier.personalization.why import Because
from classifier.reviews.verdicts import record_review
from tests.conftest import make_person
from tests.support.at_once import at_once
from tests.support.catalogue import add_items
from tests.support.factories import add_outfit, another_release

LIKED, HIDDEN = Opinion.Said.LIKED, Opinion.Said.HIDDEN
COAT, DRESS = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)


def ids(found: Suggestions) -> list[uuid.UUID]:
    return [each.item.pk for each in found.items]


def wears(owner: User, release: Release, style: str, count: int, look: tuple[float, ...]) -> None:
    for days_ago in range(count):
        add_outfit(owner, release, style, days_ago=days_ago, look=look)


def test_the_list_follows_what_is_worn(owner: User, stranger: User, release: Release) -> None:
    coats = add_items(release, "casual", 4, look=COAT, title="coat")
    dresses = add_items(release, "boho", 4, look=DRESS, title="dress")
    wears(owner, release, "casual", 5, COAT)
    wears(stranger, release, "boho", 5, DRESS)
    for person, own in ((owner, coats), (stranger, dresses)):
        found = suggestions_for(person.pk)
        assert found.knows
        assert found.items[0].item in own
        assert found.items[0].why.because == Because.LOOK
        assert found.items[0].why.sentence.startswith("Similar to how you wear")


def test_the_list_follows_what_a_person_calls_it(owner: User, release: Release) -> None:
    add_items(release, "casual", 3, look=COAT)
    add_items(release, "boho", 3, look=DRESS)
    for _ in range(5):
        said = add_outfit(owner, release, "casual", look=(0.0, 0.0, 1.0))
        record_review(said, owner.pk, "owner", "boho")  # type: ignore[arg-type]
    first = suggestions_for(owner.pk).items[0]
    assert first.why.because == Because.STYLE
    assert first.why.sentence == "Boho: 5 of your last 5 outfits."


def test_nothing_comes_twice_in_a_row(owner: User, release: Release) -> None:
    add_items(release, "casual", COUNT + 6)
    lists = [set(ids(suggestions_for(owner.pk))) for _ in range(6)]
    for one, following in pairwise(lists):
        assert one
        assert not one & following
    (only,) = add_items(release, "boho", 1)
    CatalogueItem.objects.exclude(pk=only.pk).delete()
    CatalogueVector.objects.exclude(item=only).delete()
    assert ids(suggestions_for(owner.pk)) == [only.pk]
    assert ids(suggestions_for(owner.pk)) == []
    assert ids(suggestions_for(owner.pk)) == [only.pk]


def test_likes_and_hides_count_from_the_next_list_on(owner: User, release: Release) -> None:
    coats = add_items(release, "casual", 6, look=COAT, title="coat")
    add_items(release, "boho", 6, look=DRESS, title="dress")
    assert say(owner.pk, coats[0].pk, LIKED)
    found = suggestions_for(owner.pk)
    assert found.items[0].item in coats
    assert found.items[0].why.because == Because.LIKED
    assert found.items[0].why.sentence == "Similar to “coat”, which you like."

    for coat in coats[:3]:
        assert say(owner.pk, coat.pk, HIDDEN)
    shown = [suggestions_for(owner.pk) for _ in range(4)]
    assert not {each.pk for each in coats[:3]} & {item for found in shown for item in ids(found)}
    assert say(owner.pk, coats[0].pk, None)
    assert coats[0].pk in {item for _ in range(4) for item in ids(suggestions_for(owner.pk))}


def test_a_list_is_varied(owner: User, release: Release) -> None:
    add_items(release, "casual", 30, look=(1.0, 0.4, 0.0), title="the same coat")
    add_items(release, "casual", 4, look=(1.0, -0.4, 0.0), title="a skirt")
    wears(owner, release, "casual", 5, COAT)
    shown = [each.item.title for each in suggestions_for(owner.pk, count=8).items]
    assert "a skirt" in shown[:5]


def test_a_wardrobe_keeps_to_its_styles(owner: User, release: Release) -> None:
    inside, outside, *_ = release.styles.ids
    wardrobe = {"names": {"en": "Few", "ko": "조금"}, "styles": [inside]}
    release.taxonomy["wardrobes"] = {"few": wardrobe}
    release.save()
    add_items(release, inside, 3)
    add_items(release, outside, 3)
    wears(owner, release, outside, 5, COAT)
    vectors = CatalogueVector.objects.filter(item__in=ids(suggestions_for(owner.pk, "few")))
    assert {each.style for each in vectors} == {inside}


def test_two_releases_are_never_compared(owner: User, release: Release) -> None:
    add_items(release, "casual", 4, look=COAT)
    other = another_release(release)
    wears(owner, other, "casual", 5, COAT)
    found = suggestions_for(owner.pk)
    assert found.items
    assert not found.knows
    assert {each.why.because for each in found.items} == {Because.FIRST}


def test_people_with_one_outfit_and_with_many_get_a_list(
    owner: User, stranger: User, release: Release
) -> None:
    add_items(release, "casual", 8, look=COAT)
    wears(owner, release, "casual", 1, COAT)
    found = suggestions_for(owner.pk)
    assert found.items
    assert not found.knows
    wears(stranger, release, "casual", 80, COAT)
    assert suggestions_for(stranger.pk).knows


def test_contradictions_change_the_order_and_break_nothing(owner: User, release: Release) -> None:
    coats = add_items(release, "casual", 6, look=COAT)
    for number in range(6):
        said = add_outfit(owner, release, "casual", look=COAT)
        record_review(said, owner.pk, "owner", ("boho", "lolita")[number % 2])  # type: ignore[arg-type]
    for number, coat in enumerate(coats[:4]):
        say(owner.pk, coat.pk, (LIKED, HIDDEN)[number % 2])
    assert suggestions_for(owner.pk).items


def test_what_few_people_like_is_nobodys_to_see(release: Release, owner: User) -> None:
    first, second = add_items(release, "casual", 2)
    fans = [make_person(f"fan-{n}") for n in range(FEWEST_PEOPLE)]
    for fan in fans[:-1]:
        say(fan.pk, first.pk, LIKED)
    index_catalogue(10)
    assert set(CatalogueVector.objects.values_list("popular", flat=True)) == {0}
    say(fans[-1].pk, first.pk, LIKED)
    index_catalogue(10)
    assert CatalogueVector.objects.get(item=first).popular > 0
    found = suggestions_for(owner.pk, count=1)
    assert (ids(found), found.items[0].why.because) == ([first.pk], Because.POPULAR)

    choose_adapting(fans[0].pk, False)
    index_catalogue(10)
    assert CatalogueVector.objects.get(item=first).popular == 0, "consent ends what it counted for"
    assert CatalogueVector.objects.get(item=second).popular == 0


def test_whoever_switched_it_off_gets_what_everybody_gets(
    owner: User, stranger: User, release: Release, as_owner: Client
) -> None:
    coats = add_items(release, "casual", 6, look=COAT)
    add_items(release, "boho", 6, look=DRESS)
    wears(owner, release, "boho", 9, DRESS)
    say(owner.pk, coats[0].pk, HIDDEN)
    assert suggestions_for(owner.pk).knows
    assert Suggested.objects.filter(owner=owner).exists()
    choose_adapting(owner.pk, False)
    assert not Suggested.objects.exists(), "what was remembered is gone"
    found = suggestions_for(owner.pk)
    assert not found.knows
    assert not {each.why.because for each in found.items} & {Because.LOOK, Because.STYLE}
    assert coats[0].pk not in ids(found), "what was hidden stays hidden"
    assert not Suggested.objects.exists(), "nothing is remembered from then on"
    assert "Personal suggestions are off" in as_owner.get("/for-you/").content.decode()


def test_what_is_deleted_counts_no_more(owner: User, release: Release) -> None:
    add_items(release, "casual", 4, look=COAT)
    add_items(release, "boho", 4, look=DRESS)
    wears(owner, release, "casual", 5, COAT)
    assert suggestions_for(owner.pk).items[0].why.because == Because.LOOK
    Outfit.objects.filter(owner=owner).delete()
    assert not suggestions_for(owner.pk).knows


def test_what_is_in_the_bin_counts_for_nothing(owner: User, release: Release) -> None:
    add_items(release, "casual", 4, look=COAT)
    add_items(release, "boho", 4, look=DRESS)
    wears(owner, release, "casual", 5, COAT)
    forgotten = add_outfit(owner, release, "boho", days_ago=YEAR.days).outfit
    mine = list(Outfit.objects.filter(owner=owner).values_list("pk", flat=True))
    throw_away(owner.pk, mine)
    found = suggestions_for(owner.pk)
    assert not found.knows
    assert {each.why.because for each in found.items} == {Because.FIRST}
    assert not ideas_for(owner, timezone.localdate())
    restore(owner.pk, mine)
    assert suggestions_for(owner.pk).items[0].why.because == Because.LOOK
    assert forgotten in [each.outfit for each in ideas_for(owner, timezone.localdate())]


def test_two_lists_at_once_and_an_item_that_goes_meanwhile(owner: User, release: Release) -> None:
    items = add_items(release, "casual", 20)

    def one(number: int) -> object:
        if number == 0:
            return remove_items([each.pk for each in items[:10]])
        return suggestions_for(owner.pk)

    at_once(4, one)
    assert Suggested.objects.count() == 1
    assert not say(owner.pk, items[0].pk, LIKED)
    assert not say(owner.pk, items[0].pk, None)


def test_a_release_without_vectors_is_a_site_without_a_catalogue(owner: User) -> None:
    assert suggestions_for(owner.pk) == Suggestions()


def test_the_next_person_sees_nothing_of_it(
    owner: User, stranger: User, release: Release, make_outfit: Callable[..., Outfit]
) -> None:
    coats = add_items(release, "casual", 4, look=COAT)
    add_items(release, "boho", 4, look=DRESS)
    before = [each.why for each in suggestions_for(stranger.pk).items]
    Suggested.objects.all().delete()
    wears(owner, release, "boho", 9, DRESS)
    for coat in coats[:ENOUGH]:
        say(owner.pk, coat.pk, LIKED)
    index_catalogue(10)
    found = suggestions_for(stranger.pk)
    assert [each.why for each in found.items] == before


@pytest.mark.parametrize("times", [1, 3])
def test_saying_it_again_is_one_opinion(times: int, owner: User, release: Release) -> None:
    (item,) = add_items(release, "casual")
    for _ in range(times):
        say(owner.pk, item.pk, LIKED)
    assert Opinion.objects.get().said == LIKED
