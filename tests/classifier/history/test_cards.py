"""One result: why, corrections, sharing, and what scripts are told."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from classifier.history import card_drawing, sharing
from classifier.lifecycle.removal import remove_outfit
from classifier.models import Outfit, Prediction, Release, Review, Share
from classifier.reviews.verdicts import record_review
from classifier.storage import objects
from tests.conftest import signed_in
from tests.support.at_once import at_once
from tests.support.bucket import keys_below
from tests.support.images import outfit_jpeg
from worker.classification import work

Make = Callable[..., Outfit]
JSON = {"Accept": "application/json"}


def another_style(outfit: Outfit) -> str:
    prediction = outfit.predictions.get()
    return next(style for style in prediction.release.styles.ids if style != prediction.style)


def test_finishing_writes_down_what_the_outfit_counts_as(classified: Outfit) -> None:
    prediction = classified.predictions.get()
    assert classified.style == prediction.style
    assert classified.certainty == ("sure" if prediction.decided else "unsure")


def test_why_is_a_picture_that_is_opaque_where_the_map_is_strong(
    classified: Outfit, as_owner: Client
) -> None:
    answer = as_owner.get(f"/outfits/{classified.pk}/why.png")
    assert answer["Content-Type"] == "image/png"
    heat = np.asarray(Image.open(BytesIO(answer.content)).getchannel("A"))
    grid = bytes(classified.predictions.get().activation_map)
    place = grid.index(255)
    assert heat[32 * (place // 7) + 16, 32 * (place % 7) + 16] > 120
    assert heat.min() < 60


def test_the_owner_corrects_and_changes_their_mind(classified: Outfit, as_owner: Client) -> None:
    other = another_style(classified)
    address = f"/outfits/{classified.pk}/correct/"
    page = as_owner.post(address, {"style": other}, follow=True).content.decode()
    classified.refresh_from_db()
    assert (classified.style, classified.certainty) == (other, "corrected")
    assert "You said" in page
    review = Review.objects.get()
    assert (review.role, review.verdict, review.style) == ("owner", "wrong", other)

    as_owner.post(address, {"style": classified.predictions.get().style})
    classified.refresh_from_db()
    assert (classified.style, classified.certainty) == (
        classified.predictions.get().style,
        "confirmed",
    )
    assert Review.objects.count() == 1


def test_the_owners_word_counts_before_that_of_staff(
    classified: Outfit, owner: User, staff: User
) -> None:
    prediction = classified.predictions.get()
    other = another_style(classified)
    record_review(prediction, staff.pk, Review.Role.STAFF, other)
    classified.refresh_from_db()
    assert classified.style == other
    record_review(prediction, owner.pk, Review.Role.OWNER, prediction.style)
    record_review(prediction, staff.pk, Review.Role.STAFF, other)
    classified.refresh_from_db()
    assert (classified.style, classified.certainty) == (prediction.style, "confirmed")


def test_a_style_that_the_model_does_not_know_changes_nothing(
    classified: Outfit, as_owner: Client
) -> None:
    page = as_owner.post(f"/outfits/{classified.pk}/correct/", {"style": "punk"}, follow=True)
    assert "doesn’t know this style" in page.content.decode()
    assert not Review.objects.exists()


@pytest.mark.parametrize("part", ["why.png", "card.jpg"])
def test_the_pictures_of_a_result_are_its_owners(
    classified: Outfit, as_stranger: Client, part: str
) -> None:
    assert as_stranger.get(f"/outfits/{classified.pk}/{part}").status_code == 404
    assert Client().get(f"/outfits/{classified.pk}/{part}").status_code == 302


@pytest.mark.parametrize("action", ["correct", "share"])
def test_nobody_else_corrects_or_shares(
    classified: Outfit, as_stranger: Client, action: str
) -> None:
    assert as_stranger.post(f"/outfits/{classified.pk}/{action}/", {}).status_code == 404


def test_the_card_is_a_picture_to_keep(classified: Outfit, as_owner: Client) -> None:
    answer = as_owner.get(f"/outfits/{classified.pk}/card.jpg?download")
    assert "attachment" in answer["Content-Disposition"]
    card = Image.open(BytesIO(answer.content))
    assert (card.format, card.size) == ("JPEG", (1080, 1350))
    assert "exif" not in card.info


def link_of(page: str) -> str:
    found = re.search(r"/s/[\w-]+/", page)
    assert found
    return found[0]


def test_a_link_shows_the_card_until_it_is_taken_back(classified: Outfit, as_owner: Client) -> None:
    address = f"/outfits/{classified.pk}/share/"
    link = link_of(as_owner.post(address, follow=True).content.decode())
    visitor = Client()
    page = visitor.get(link)
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    assert "owner" not in page.content.decode().replace("owner=", "")
    assert classified.original_name not in page.content.decode()
    assert visitor.get(f"{link}card.jpg")["Content-Type"] == "image/jpeg"

    as_owner.post(address, {"stop": "1"})
    assert visitor.get(link).status_code == 404
    assert visitor.get(f"{link}card.jpg").status_code == 404
    assert link_of(as_owner.post(address, follow=True).content.decode()) != link


def test_nothing_is_public_unless_the_owner_asks(classified: Outfit) -> None:
    assert not Share.objects.exists()
    assert Client().get("/s/guess/").status_code == 404


def test_what_waits_cannot_be_shared_or_corrected(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    for action in ("share", "correct"):
        assert as_owner.post(f"/outfits/{outfit.pk}/{action}/", follow=True).status_code == 200
    assert not Share.objects.exists()
    assert as_owner.get(f"/outfits/{outfit.pk}/card.jpg").status_code == 404


def test_a_script_is_told_of_its_photo(
    upload: Callable[..., HttpResponse], as_owner: Client, release: Release
) -> None:
    answer: Any = upload(outfit_jpeg(), headers=JSON)
    assert answer.status_code == 202
    photo = answer.json()
    assert photo["seen_before"] is False
    assert as_owner.get(photo["state_url"], headers=JSON).json()["status"] == "queued"
    work(budget_s=30)
    state = as_owner.get(photo["state_url"], headers=JSON).json()
    assert state["status"] == "done"
    assert state["style"]
    again: Any = upload(outfit_jpeg(), headers=JSON)
    assert again.json()["seen_before"] is True


def test_the_state_for_a_script_asks_for_the_outfit_once(
    make_outfit: Make, as_owner: Client
) -> None:
    state = f"/outfits/{make_outfit().pk}/state/"
    with CaptureQueriesContext(connection) as queries:
        as_owner.get(state, headers=JSON)
    asked = [each for each in queries if 'FROM "classifier_outfit"' in each["sql"]]
    assert len(asked) == 1


def test_a_script_is_told_why_its_file_is_refused(upload: Callable[..., HttpResponse]) -> None:
    answer: Any = upload(b"no photo", headers=JSON)
    assert answer.status_code == 415
    assert answer.json()["reason"] == "not_an_image"
    assert "JPEG" in answer.json()["sentence"]


def test_a_card_is_drawn_once_and_stored_until_it_says_something_else(
    as_owner: Client, classified: Outfit, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    draw = sharing.draw

    def counted(photo: bytes, prediction: Prediction, style: str, certainty: str) -> bytes:
        drawn.append(style)
        return draw(photo, prediction, style, certainty)

    monkeypatch.setattr(sharing, "draw", counted)
    address = f"/outfits/{classified.pk}/card.jpg"
    cards = at_once(8, lambda _: signed_in(classified.owner).get(address).content)
    assert len(set(cards)) == len(drawn) == 1
    other = another_style(classified)
    as_owner.post(f"/outfits/{classified.pk}/correct/", {"style": other})
    assert as_owner.get(address).content not in cards
    assert drawn[1:] == [other]


def test_a_card_goes_with_its_outfit(as_owner: Client, classified: Outfit) -> None:
    as_owner.get(f"/outfits/{classified.pk}/card.jpg")
    assert objects.card_key(classified.pk) in keys_below(objects.OUTFITS)
    as_owner.post(f"/outfits/{classified.pk}/delete/")
    as_owner.post("/bin/delete/", {"all": "1", "confirmed": "1"})
    assert keys_below(objects.OUTFITS) == set()


def test_a_card_speaks_the_language_of_whoever_shares(
    classified: Outfit, as_owner: Client, owner: User
) -> None:
    english = as_owner.get(f"/outfits/{classified.pk}/card.jpg").content
    korean_owner = signed_in(owner, headers={"Accept-Language": "ko"})
    korean = korean_owner.get(f"/outfits/{classified.pk}/card.jpg").content
    assert english != korean
    cards = {objects.card_key(classified.pk, language) for language in ("en", "ko")}
    assert cards <= keys_below(objects.OUTFITS)

    page = korean_owner.post(f"/outfits/{classified.pk}/share/", follow=True).content.decode()
    assert Client().get(f"{link_of(page)}card.jpg").content == korean
    remove_outfit(classified)
    assert not keys_below(objects.OUTFITS)


def test_a_corrected_card_says_the_right_style_alone(classified: Outfit, owner: User) -> None:
    prediction, photo = classified.predictions.get(), outfit_jpeg()
    other = another_style(classified)
    record_review(prediction, owner.pk, Review.Role.OWNER, other)
    cards = {
        certainty: sharing.draw(photo, prediction, other, certainty)
        for certainty in ("corrected", "confirmed")
    }
    below = (0, sharing.PHOTO[1] + 200, *card_drawing.SIZE)
    colours = {
        certainty: len(Image.open(BytesIO(card)).crop(below).getcolors(1 << 20) or ())
        for certainty, card in cards.items()
    }
    assert colours["corrected"] < colours["confirmed"]
    assert colours["corrected"] < 8  # paper, but for what JPEG makes of it
