"""What the owner of an outfit that failed sees, and may do about it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from classifier.lifecycle.attempts import fail
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.dead_letters import OWNERS_ROUNDS
from classifier.lifecycle.failures import Failure, failure_message
from classifier.lifecycle.requeue import requeue
from classifier.models import Outfit, Release
from tests.support.factories import make_dead_letter
from worker.classification import work

Make = Callable[..., Outfit]


def test_the_owner_tries_again_and_gets_a_prediction(
    make_outfit: Make, as_owner: Client, release: Release
) -> None:
    outfit = make_dead_letter(make_outfit(), Failure.STORAGE_UNAVAILABLE)
    page = as_owner.get(f"/outfits/{outfit.pk}/").content.decode()
    address = f"/outfits/{outfit.pk}/try-again/"
    assert address in page
    assert as_owner.post(address).status_code == 302
    work(budget_s=30)
    outfit.refresh_from_db()
    assert outfit.status == "done"


def test_nobody_else_tries_it_again(
    make_outfit: Make, as_stranger: Client, as_staff: Client
) -> None:
    outfit = make_dead_letter(make_outfit())
    address = f"/outfits/{outfit.pk}/try-again/"
    assert as_stranger.post(address).status_code == 404
    assert as_staff.post(address).status_code == 404
    assert Client().post(address)["Location"].startswith("/accounts/login/")
    assert Outfit.objects.get().status == "failed"


def test_trying_again_needs_a_post(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_dead_letter(make_outfit())
    assert as_owner.get(f"/outfits/{outfit.pk}/try-again/").status_code == 405


def test_the_owner_waits_with_the_others_who_wait(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_dead_letter(make_outfit(priority=Outfit.Priority.BATCH))
    as_owner.post(f"/outfits/{outfit.pk}/try-again/")
    outfit.refresh_from_db()
    assert (outfit.status, outfit.priority) == ("queued", Outfit.Priority.INTERACTIVE)


def test_a_second_click_does_no_harm(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_dead_letter(make_outfit())
    for _ in range(2):
        answer = as_owner.post(f"/outfits/{outfit.pk}/try-again/")
        assert answer["Location"] == outfit.get_absolute_url()
    (claim,) = claim_outfits("w", 10)
    assert as_owner.post(f"/outfits/{outfit.pk}/try-again/").status_code == 302
    outfit.refresh_from_db()
    assert (outfit.status, outfit.attempts) == ("running", claim.attempt)


@pytest.mark.parametrize("reason", list(Failure))
def test_the_failed_card_says_what_to_expect(
    make_outfit: Make, as_owner: Client, reason: Failure
) -> None:
    outfit = make_dead_letter(make_outfit(), reason)
    page = as_owner.get(outfit.get_absolute_url()).content.decode()
    assert str(failure_message(reason).sentence) in page
    assert str(failure_message(reason).retry_hint) in page
    assert "/try-again/" in page


def test_after_some_rounds_only_staff_queue_it_again(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_dead_letter(make_outfit())
    rounds = 1
    address = f"/outfits/{outfit.pk}/try-again/"
    while (answer := as_owner.post(address)).status_code == 302:
        (claim,) = claim_outfits("w", 1)
        fail([claim], Failure.ENGINE, "again")
        rounds += 1
    assert answer.status_code == 409
    assert rounds == OWNERS_ROUNDS * 3
    page = answer.content.decode()
    assert "our staff will look into it" in page
    assert "/try-again/" not in page
    assert requeue([outfit.pk]) == [outfit.pk]


def test_trying_again_counts_as_an_upload(
    make_outfit: Make, as_owner: Client, settings: Any
) -> None:
    outfit = make_dead_letter(make_outfit())
    settings.FASI_UPLOADS_PER_MINUTE = 1
    answer = as_owner.post(f"/outfits/{outfit.pk}/try-again/")
    assert answer.status_code == 429
    assert 'data-status="failed"' in answer.content.decode()
    assert "Wait a minute" in answer.content.decode()
    assert Outfit.objects.get().status == "failed"


def test_a_full_store_is_no_reason_not_to_try_again(
    make_outfit: Make, as_owner: Client, settings: Any
) -> None:
    outfit = make_dead_letter(make_outfit())
    settings.FASI_STORED_BYTES = 1
    as_owner.post(f"/outfits/{outfit.pk}/try-again/")
    assert Outfit.objects.get().status == "queued"
