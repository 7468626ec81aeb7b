"""The page of an outfit, the history, deleting, and who may see what. All over HTTP."""

import uuid
from collections.abc import Callable, Iterator

import pytest
import requests
from django.contrib.auth.models import User
from django.test import Client

from classifier.lifecycle.claims import claim_outfits, fail
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit, Prediction, Release
from classifier.storage import objects
from worker.classification import work

Make = Callable[..., Outfit]


@pytest.fixture
def classified(make_outfit: Make, release: Release) -> Outfit:
    outfit = make_outfit()
    assert work(budget_s=30) == 1
    outfit.refresh_from_db()
    return outfit


def addresses(outfit_id: uuid.UUID) -> Iterator[str]:
    yield f"/outfits/{outfit_id}/"
    yield f"/outfits/{outfit_id}/state/"


def test_a_waiting_outfit_asks_again(make_outfit: Make, as_owner: Client) -> None:
    page = as_owner.get(make_outfit().get_absolute_url()).content.decode()
    assert 'id="outfit"' in page
    assert 'data-status="queued"' in page
    assert "hx-get=" in page


def test_a_classified_outfit_shows_three_styles(classified: Outfit, as_owner: Client) -> None:
    prediction = classified.predictions.get()
    page = as_owner.get(classified.get_absolute_url()).content.decode()
    assert 'data-status="done"' in page
    assert f'data-style="{prediction.style}"' in page
    assert f'data-confidence="{prediction.confidence:.4f}"' in page
    assert page.count("<progress") == 3
    assert "hx-get=" not in page


def test_the_part_that_is_asked_for_again_is_the_same(classified: Outfit, as_owner: Client) -> None:
    part = as_owner.get(f"/outfits/{classified.pk}/state/").content.decode()
    assert part.startswith("<section")
    assert 'data-status="done"' in part


def test_an_unsure_prediction_says_so(classified: Outfit, as_owner: Client) -> None:
    Prediction.objects.update(decided=False)
    assert "Not sure" in as_owner.get(classified.get_absolute_url()).content.decode()


def test_a_failed_outfit_shows_its_reason(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    fail(claim_outfits("w", 1), Failure.OBJECT_MISSING, "gone")
    page = as_owner.get(outfit.get_absolute_url()).content.decode()
    assert 'data-status="failed"' in page
    assert "object_missing" in page
    assert "upload it again" in page


def test_the_photo_has_a_signed_address_with_a_fixed_type(make_outfit: Make) -> None:
    outfit = make_outfit()
    answer = requests.get(objects.signed_url(outfit.photo_key), timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    unsigned = objects.signed_url(outfit.photo_key).split("?")[0]
    assert requests.get(unsigned, timeout=5).status_code == 403


def test_another_users_outfit_does_not_exist(classified: Outfit, as_stranger: Client) -> None:
    for address in addresses(classified.pk):
        assert as_stranger.get(address).status_code == 404
    assert as_stranger.post(f"/outfits/{classified.pk}/delete/").status_code == 404
    assert str(classified.pk) not in as_stranger.get("/outfits/").content.decode()
    assert str(classified.pk) not in as_stranger.get("/").content.decode()
    assert Outfit.objects.filter(pk=classified.pk).exists()


def test_even_staff_see_no_other_peoples_outfits_outside_the_staff_pages(
    classified: Outfit, as_staff: Client
) -> None:
    for address in addresses(classified.pk):
        assert as_staff.get(address).status_code == 404


def test_visitors_are_sent_to_sign_in(classified: Outfit) -> None:
    for address in (*addresses(classified.pk), "/outfits/"):
        assert Client().get(address)["Location"].startswith("/accounts/login/")


def test_an_unknown_outfit_does_not_exist(as_owner: Client) -> None:
    for address in addresses(uuid.uuid4()):
        assert as_owner.get(address).status_code == 404


def test_the_history_shows_style_and_date(classified: Outfit, as_owner: Client) -> None:
    page = as_owner.get("/outfits/").content.decode()
    assert classified.predictions.get().top_style.name() in page
    assert f'datetime="{classified.created:%Y-%m-%dT%H:%M}' in page


def test_an_empty_history_says_what_to_do(as_owner: Client) -> None:
    assert "Upload a photo" in as_owner.get("/outfits/").content.decode()


def test_delete_removes_row_prediction_and_objects(classified: Outfit, as_owner: Client) -> None:
    answer = as_owner.post(f"/outfits/{classified.pk}/delete/")
    assert answer["Location"] == "/outfits/"
    assert not Outfit.objects.exists()
    assert not Prediction.objects.exists()
    assert not list(objects.listing(objects.OUTFITS))


def test_delete_needs_a_post(classified: Outfit, as_owner: Client) -> None:
    assert as_owner.get(f"/outfits/{classified.pk}/delete/").status_code == 405


def test_deleting_while_the_worker_holds_it_leaves_nothing(
    make_outfit: Make, as_owner: Client, release: Release
) -> None:
    from worker.classification import PrefetchedClaim, process
    from worker.loaded_model import loaded_model

    outfit = make_outfit()
    claims = claim_outfits("w", 1)
    as_owner.post(f"/outfits/{outfit.pk}/delete/")
    assert process(PrefetchedClaim(claims), loaded_model()) == 0
    assert not Outfit.objects.exists()
    assert not Prediction.objects.exists()


def test_the_landing_page_invites_visitors(site: None) -> None:
    page = Client().get("/").content.decode()
    assert "/accounts/signup/" in page


def test_pages_load_nothing_from_other_hosts(as_owner: Client, owner: User) -> None:
    answer = as_owner.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
