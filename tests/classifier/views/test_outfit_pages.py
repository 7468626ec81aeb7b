"""The page of an outfit, the history, deleting, and who may see what. All over HTTP."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import requests
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client

from classifier.access import ticketed
from classifier.integrations.tokens import issue_token
from classifier.lifecycle.attempts import fail
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit, Prediction, Scope
from classifier.storage import objects

Make = Callable[..., Outfit]


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
    assert "/state/" not in page


def test_the_part_that_is_asked_for_again_is_the_same(classified: Outfit, as_owner: Client) -> None:
    part = as_owner.get(f"/outfits/{classified.pk}/state/").content.decode()
    assert part.startswith("<section")
    assert 'data-status="done"' in part


def test_an_unsure_prediction_says_so(classified: Outfit, as_owner: Client) -> None:
    Prediction.objects.update(decided=False)
    assert "Torn between" in as_owner.get(classified.get_absolute_url()).content.decode()


def test_a_failed_outfit_shows_its_reason(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    fail(claim_outfits("w", 1), Failure.OBJECT_MISSING, "gone")
    page = as_owner.get(outfit.get_absolute_url()).content.decode()
    assert 'data-status="failed"' in page
    assert "object_missing" in page
    assert "upload it again" in page


def test_the_bucket_gives_nothing_to_whoever_has_no_signature(make_outfit: Make) -> None:
    outfit = make_outfit()
    answer = requests.get(objects.signed_url(outfit.photo_key), timeout=5)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    unsigned = objects.signed_url(outfit.photo_key).split("?")[0]
    assert requests.get(unsigned, timeout=5).status_code == 403


def test_a_photo_is_for_its_owner_and_for_a_ticket(
    make_outfit: Make, as_owner: Client, as_stranger: Client, settings: Any
) -> None:
    outfit, other = make_outfit(1), make_outfit(2)
    for name, key in (("photo", outfit.photo_key), ("thumb", outfit.thumb_key)):
        address = f"/outfits/{outfit.pk}/{name}.jpg"
        shown = as_owner.get(address)
        assert shown["Content-Type"] == "image/jpeg"
        assert shown["Cache-Control"] == "private, max-age=86400"
        assert b"".join(shown.streaming_content) == objects.get(key)  # type: ignore[attr-defined]
        assert as_stranger.get(address).status_code == 404
        assert as_stranger.get(f"{address}?ticket=forged:1:2").status_code == 404
        assert Client().get(address)["Location"].startswith("/accounts/login/")

    ticket = ticketed("outfit_thumb", outfit.pk)
    assert Client().get(ticket).status_code == 200
    assert Client().get(ticket.replace(str(outfit.pk), str(other.pk))).status_code == 302
    settings.FASI_SIGNED_URL_S = -1
    assert Client().get(ticket).status_code == 302


def test_behind_nginx_it_fetches_the_photo(
    make_outfit: Make, as_owner: Client, settings: Any
) -> None:
    settings.BEHIND_NGINX = True
    outfit = make_outfit()
    answer = as_owner.get(f"/outfits/{outfit.pk}/photo.jpg")
    assert answer.content == b""
    named = answer["X-Accel-Redirect"]
    assert named.startswith(f"/_stored/{django_settings.FASI_S3_BUCKET}/{outfit.photo_key}?")
    assert "Signature=" in named


def test_a_photo_without_its_object_is_not_found(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    objects.remove([outfit.photo_key])
    assert as_owner.get(f"/outfits/{outfit.pk}/photo.jpg").status_code == 404


def test_only_somebody_known_may_send_much(as_owner: Client, owner: User) -> None:
    assert Client().get("/_may_send").status_code == 401
    assert as_owner.get("/_may_send").status_code == 204
    token = issue_token(owner, "test", [Scope.WRITE]).text
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/_may_send").status_code == 204
    assert Client(headers={"Authorization": "Bearer no"}).get("/_may_send").status_code == 401


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
    assert f'datetime="{classified.day}"' in page


def test_an_empty_history_says_what_to_do(as_owner: Client) -> None:
    assert "Upload a photo" in as_owner.get("/outfits/").content.decode()


def test_delete_for_ever_removes_row_prediction_and_objects(
    classified: Outfit, as_owner: Client
) -> None:
    answer = as_owner.post(f"/outfits/{classified.pk}/delete/")
    assert answer["Location"] == "/outfits/"
    as_owner.post("/bin/delete/", {"outfit": str(classified.pk), "confirmed": "1"})
    assert not Outfit.everything.exists()
    assert not Prediction.objects.exists()
    assert not list(objects.listing(objects.OUTFITS))


def test_delete_needs_a_post(classified: Outfit, as_owner: Client) -> None:
    assert as_owner.get(f"/outfits/{classified.pk}/delete/").status_code == 405


def test_the_landing_page_invites_visitors(site: None) -> None:
    page = Client().get("/").content.decode()
    assert "/accounts/signup/" in page


def test_pages_load_nothing_from_other_hosts(as_owner: Client, owner: User) -> None:
    answer = as_owner.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
