"""Thumbs for screens with two pixels to a point: drawn once, private, gone with the outfit."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from classifier.history import large_thumbs
from classifier.lifecycle.removal import remove_outfit
from classifier.models import Outfit
from classifier.storage import objects
from classifier.uploads.accept import accept_photo
from imaging.thumbnails import LARGE_SIDE
from tests.support.bucket import keys_below, take_away
from tests.support.images import draw_outfit, encode

Make = Callable[..., Outfit]


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def address(outfit: Outfit) -> str:
    return f"/outfits/{outfit.pk}/thumb-large.jpg"


def large(owner_id: int, size: tuple[int, int] = (1200, 1600)) -> Outfit:
    photo = SimpleUploadedFile("large.jpg", encode(draw_outfit(3, size)))
    return accept_photo(owner_id, photo).outfit


def test_it_is_drawn_once_and_kept(
    owner: Any, as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    outfit = large(owner.pk)
    answer = as_owner.get(address(outfit))
    picture = Image.open(BytesIO(body(answer)))
    assert (picture.format, picture.size) == ("JPEG", (LARGE_SIDE * 3 // 4, LARGE_SIDE))
    assert "private" in answer["Cache-Control"]

    def never(photo: bytes) -> bytes:
        raise AssertionError("drawn again")

    monkeypatch.setattr(large_thumbs, "_drawn", never)
    assert Image.open(BytesIO(body(as_owner.get(address(outfit))))).size == picture.size


def test_a_photo_that_is_no_larger_is_shown_itself(owner: Any, as_owner: Client) -> None:
    outfit = large(owner.pk, (300, 500))
    assert body(as_owner.get(address(outfit))) == objects.get(outfit.photo_key)
    assert objects.large_thumb_key(outfit.pk) not in keys_below(objects.OUTFITS)


def test_it_is_its_owners(make_outfit: Make, as_stranger: Client, as_staff: Client) -> None:
    outfit = make_outfit()
    assert as_stranger.get(address(outfit)).status_code == 404
    assert as_staff.get(address(outfit)).status_code == 404
    assert Client().get(address(outfit)).status_code == 302


def test_it_goes_with_the_outfit(owner: Any, as_owner: Client) -> None:
    outfit = large(owner.pk)
    as_owner.get(address(outfit))
    assert objects.large_thumb_key(outfit.pk) in keys_below(objects.OUTFITS)
    remove_outfit(outfit)
    assert not keys_below(objects.OUTFITS)


def test_one_that_is_drawn_while_its_outfit_is_deleted_is_not_kept(
    owner: Any, as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    outfit = large(owner.pk)
    draw = large_thumbs._drawn

    def deleted_meanwhile(photo: bytes) -> bytes:
        remove_outfit(outfit)
        return draw(photo)

    monkeypatch.setattr(large_thumbs, "_drawn", deleted_meanwhile)
    assert as_owner.get(address(outfit)).status_code == 404
    assert not keys_below(objects.OUTFITS)


def test_without_the_bucket_it_is_the_thumb(
    owner: Any, as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    outfit = large(owner.pk)
    with monkeypatch.context() as away:
        take_away(away)
        answer = as_owner.get(address(outfit))
    assert answer["Location"] == f"/outfits/{outfit.pk}/thumb.jpg"
