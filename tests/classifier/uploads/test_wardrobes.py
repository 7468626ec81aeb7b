"""Choosing a wardrobe, and pages that show no style but its own. All over HTTP."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from classifier.models import Outfit, Release
from classifier.releases.lifecycle import promote
from classifier.storage import objects
from tests.conftest import STARTER
from tests.inference.wardrobes import activate_wardrobes
from tests.support.images import outfit_jpeg
from worker.classification import work
from worker.releases import register_starter


@pytest.fixture
def wardrobes(site: None, starter_copy: Callable[[], Path]) -> Release:
    return activate_wardrobes(starter_copy())


def send(client: Client, wardrobe: str, photo: bytes | None = None) -> HttpResponse:
    photo = outfit_jpeg() if photo is None else photo
    form = {"photo": BytesIO(photo), "wardrobe": wardrobe}
    return client.post("/outfits/", form)  # type: ignore[return-value]


def read(client: Client, address: str, language: str = "en") -> str:
    return client.get(address, HTTP_ACCEPT_LANGUAGE=language).content.decode()


def offered(page: str) -> list[tuple[str, bool, str]]:
    """The radio buttons of the form: value, whether it is chosen, label."""
    buttons = re.findall(
        r'<input type="radio" name="wardrobe" value="([^"]*)"( checked)?> ([^<]+)</label>', page
    )
    return [(value, bool(chosen), label) for value, chosen, label in buttons]


def shown_styles(page: str) -> set[str]:
    return set(re.findall(r"<dt>([^<]+)</dt>", page))


def test_the_form_offers_the_wardrobes_of_the_active_release(
    as_owner: Client, wardrobes: Release
) -> None:
    first, *others = offered(read(as_owner, "/"))

    assert first == ("", True, "All")
    assert set(others) == {("smart", False, "Smart clothes"), ("easy", False, "Easy clothes")}


def test_the_form_speaks_korean(as_owner: Client, wardrobes: Release) -> None:
    assert ("smart", False, "단정한 옷") in offered(read(as_owner, "/", "ko"))


def test_a_release_without_wardrobes_offers_none(as_owner: Client, release: Release) -> None:
    page = read(as_owner, "/")

    assert 'name="photo"' in page
    assert "wardrobe" not in page


def test_without_a_release_none_is_offered(as_owner: Client) -> None:
    assert offered(read(as_owner, "/")) == []


def test_the_outfit_keeps_the_chosen_wardrobe(as_owner: Client, wardrobes: Release) -> None:
    assert send(as_owner, "easy").status_code == 302
    assert Outfit.objects.get().wardrobe == "easy"


@pytest.mark.parametrize("value", ["Smart", "smart ", "women", "x" * 500])
def test_an_unknown_wardrobe_is_refused_and_nothing_is_stored(
    as_owner: Client, wardrobes: Release, value: str
) -> None:
    answer = send(as_owner, value)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert 'data-reason="unknown_wardrobe"' in page
    assert "doesn’t know this wardrobe" in page
    assert offered(page)[0] == ("", True, "All")
    assert not Outfit.objects.exists()
    assert not list(objects.listing(objects.OUTFITS))


def test_a_wardrobe_is_refused_where_there_are_none(as_owner: Client, release: Release) -> None:
    assert send(as_owner, "smart").status_code == 422
    assert not Outfit.objects.exists()


def test_the_choice_stays_when_a_photo_is_refused(as_owner: Client, wardrobes: Release) -> None:
    answer = send(as_owner, "smart", photo=b"no photo")

    assert answer.status_code == 415
    assert ("smart", True, "Smart clothes") in offered(answer.content.decode())


def test_the_page_shows_only_the_wardrobes_styles_and_names_it(
    as_owner: Client, wardrobes: Release
) -> None:
    address = send(as_owner, "smart")["Location"]
    assert work(budget_s=30) == 1
    english, korean = read(as_owner, address), read(as_owner, address, "ko")

    assert shown_styles(english) == {"Formal", "Quiet luxury"}
    assert "“Smart clothes” wardrobe" in english
    assert shown_styles(korean) == {"포멀", "콰이어트 럭셔리"}
    assert "단정한 옷" in korean


def test_the_best_three_of_a_larger_wardrobe_are_its_own(
    as_owner: Client, wardrobes: Release
) -> None:
    address = send(as_owner, "easy")["Location"]
    work(budget_s=30)
    styles = shown_styles(read(as_owner, address))

    assert len(styles) == 3
    assert styles < {"Alternative", "Casual", "Sporty", "Streetwear"}


def test_without_a_wardrobe_the_page_names_none(as_owner: Client, wardrobes: Release) -> None:
    address = send(as_owner, "")["Location"]
    work(budget_s=30)
    page = read(as_owner, address)

    assert len(shown_styles(page)) == 3
    assert "wardrobe" not in page


def test_a_wardrobe_that_the_release_does_not_know_shows_all_styles(
    as_owner: Client, wardrobes: Release
) -> None:
    address = send(as_owner, "smart")["Location"]
    register_starter(STARTER)
    promote(Release.objects.exclude(pk=wardrobes.pk).get())
    work(budget_s=30)
    page = read(as_owner, address)

    assert len(shown_styles(page)) == 3
    assert "wardrobe" not in page
