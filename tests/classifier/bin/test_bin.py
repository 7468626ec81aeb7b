"""Throwing away, undoing, restoring and deleting for ever, over the pages and the API."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from classifier.bin.service import forget_over, restore, throw_away
from classifier.integrations.tokens import issue_token
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.fairness import next_turn
from classifier.models import Binned, Outfit, Prediction, Release, Scope, Usage
from classifier.storage import objects
from tests.support.at_once import at_once
from tests.support.factories import make_dead_letter
from worker.classification import PrefetchedClaim, process, work
from worker.jobs.cleaning import remove_expired
from worker.loaded_model import loaded_model

Make = Callable[..., Outfit]


def binned(*outfits: Outfit) -> list[uuid.UUID]:
    """They are thrown away by their owner."""
    return throw_away(outfits[0].owner_id, [each.pk for each in outfits]).outfits


def over(outfit: Outfit, days: float = 30) -> None:
    """It has been in the bin for so long."""
    Binned.objects.filter(pk=outfit.pk).update(since=timezone.now() - timedelta(days=days))


def keys() -> set[str]:
    return {key for key, _ in objects.listing(objects.OUTFITS)}


def test_what_is_deleted_is_in_the_bin_and_one_click_takes_it_back(
    classified: Outfit, as_owner: Client
) -> None:
    page = as_owner.post(f"/outfits/{classified.pk}/delete/", follow=True).content.decode()
    assert not Outfit.objects.exists()
    assert keys() == {classified.photo_key, classified.thumb_key}
    assert str(classified.pk) in as_owner.get("/bin/").content.decode()
    (undo,) = re.findall(r'action="(/bin/undo/[^"]+)"', page)

    assert as_owner.post(undo)["Location"] == classified.get_absolute_url()
    assert Outfit.objects.get().status == "done"
    assert not Binned.objects.exists()
    assert "Nothing to restore" in as_owner.post(undo, follow=True).content.decode()


def test_several_go_and_come_back_together(make_outfit: Make, as_owner: Client) -> None:
    kept, *gone = [make_outfit(seed) for seed in range(3)]
    earlier = make_outfit(4)
    binned(earlier)
    chosen = {"outfit": [str(each.pk) for each in gone]}
    page = as_owner.post("/outfits/delete/", chosen, follow=True).content.decode()
    assert list(Outfit.objects.all()) == [kept]
    (undo,) = re.findall(r'action="(/bin/undo/[^"]+)"', page)
    as_owner.post(undo)
    assert set(Outfit.objects.all()) == {kept, *gone}
    assert Binned.objects.get().outfit == earlier


def test_the_page_restores_and_deletes_for_ever(make_outfit: Make, as_owner: Client) -> None:
    back, gone = make_outfit(1), make_outfit(2)
    binned(back, gone)
    # The button beside one restores that one, although another is ticked.
    as_owner.post("/bin/restore/", {"only": str(back.pk), "outfit": str(gone.pk)})
    assert Outfit.objects.get() == back
    as_owner.post("/bin/restore/", {"outfit": str(gone.pk)})
    assert Outfit.objects.count() == 2
    binned(gone)

    for chosen in ({"outfit": str(gone.pk)}, {"all": "1"}):
        question = as_owner.post("/bin/delete/", chosen).content.decode()
        assert 'name="confirmed"' in question
        assert Binned.objects.exists()
    as_owner.post("/bin/delete/", {"all": "1", "confirmed": "1"})
    assert not Binned.objects.exists()
    assert list(Outfit.everything.all()) == [back]
    assert keys() == {back.photo_key, back.thumb_key}


def test_the_bin_shows_its_photos_to_its_owner_alone(
    make_outfit: Make, as_owner: Client, as_stranger: Client, as_staff: Client
) -> None:
    outfit = make_outfit()
    thumb = f"/bin/{outfit.pk}/thumb.jpg"
    assert as_owner.get(thumb).status_code == 404  # it is not in the bin
    binned(outfit)
    (undo,) = Binned.objects.values_list("together", flat=True)
    assert as_owner.get(thumb).status_code == 200
    for client in (as_stranger, as_staff):
        assert client.get(thumb).status_code == 404
        assert str(outfit.pk) not in client.get("/bin/").content.decode()
        client.post("/bin/restore/", {"outfit": str(outfit.pk)})
        client.post(f"/bin/undo/{undo}/")
        client.post("/bin/delete/", {"outfit": str(outfit.pk), "confirmed": "1"})
        client.post("/bin/delete/", {"all": "1", "confirmed": "1"})
    assert Binned.objects.get().outfit_id == outfit.pk
    for address in ("/bin/", thumb):
        assert Client().get(address)["Location"].startswith("/accounts/login/")
    assert as_owner.post("/bin/restore/", {"outfit": "no id"}).status_code == 400


@pytest.fixture
def program(owner: User) -> dict[str, str]:
    """The header of the owner's program."""
    token = issue_token(owner, "test", [Scope.READ, Scope.WRITE]).text
    return {"Authorization": f"Bearer {token}"}


def test_programs_delete_restore_and_delete_for_ever(
    make_outfit: Make, program: dict[str, str]
) -> None:
    outfit = make_outfit()
    address = f"/api/v1/outfits/{outfit.pk}"
    client = Client(headers=program)
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404
    for _ in range(2):
        assert client.post(f"{address}/restore").json()["status"] == "queued"
    client.delete(address)
    assert client.delete(f"{address}?forever=true").status_code == 204
    assert not Outfit.everything.exists()
    assert client.post(f"{address}/restore").status_code == 404

    outfit = make_outfit()
    assert client.delete(f"/api/v1/outfits/{outfit.pk}?forever=true").status_code == 204
    assert not Outfit.everything.exists()
    assert not keys()


def test_a_strangers_program_finds_nothing(
    make_outfit: Make, stranger: User, program: dict[str, str]
) -> None:
    outfit = make_outfit(user=stranger)
    binned(outfit)
    client = Client(headers=program)
    address = f"/api/v1/outfits/{outfit.pk}"
    for answer in (
        client.post(f"{address}/restore"),
        client.delete(address),
        client.delete(f"{address}?forever=true"),
    ):
        assert answer.status_code == 404
    assert Binned.objects.exists()


def test_after_its_days_bytes_and_rows_are_gone(
    classified: Outfit, make_outfit: Make, settings: Any
) -> None:
    settings.FASI_BIN_DAYS = 30
    fresh = make_outfit(1)
    binned(classified, fresh)
    over(fresh, days=29.9)
    remove_expired()
    assert Binned.objects.count() == 2
    over(classified)
    remove_expired()
    assert list(Outfit.everything.all()) == [fresh]
    assert not Prediction.objects.exists()
    assert keys() == {fresh.photo_key, fresh.thumb_key}


def test_what_is_restored_while_it_is_removed_is_one_or_the_other(
    make_outfit: Make, owner: User
) -> None:
    outfits = [make_outfit(seed) for seed in range(6)]
    binned(*outfits)
    Binned.objects.update(since=timezone.now() - timedelta(days=40))
    at_once(7, lambda n: forget_over() if n == 6 else restore(owner.pk, [outfits[n].pk]))
    forget_over()
    there = list(Outfit.everything.all())
    assert {each.status for each in there} <= {"queued"}
    assert keys() == {key for each in there for key in (each.photo_key, each.thumb_key)}


def test_deleting_while_a_worker_holds_it_loses_and_doubles_nothing(
    make_outfit: Make, owner: User, release: Release
) -> None:
    outfit = make_outfit()
    claims = claim_outfits("w", 1)
    binned(outfit)
    assert process(PrefetchedClaim(claims), loaded_model()) == 0
    assert not Prediction.objects.exists()
    assert work(budget_s=5) == 0

    restore(owner.pk, [outfit.pk])
    outfit.refresh_from_db()
    assert (outfit.status, outfit.attempts - outfit.attempts_before) == ("queued", 0)
    assert process(PrefetchedClaim(claims), loaded_model()) == 0  # the old claim is no good for it
    assert work(budget_s=30) == 1
    assert Prediction.objects.get().outfit == outfit


def test_a_worker_that_was_first_leaves_its_prediction(
    make_outfit: Make, owner: User, release: Release
) -> None:
    outfit = make_outfit()
    assert work(budget_s=30) == 1
    binned(outfit)
    restore(owner.pk, [outfit.pk])
    assert work(budget_s=5) == 0
    assert Outfit.objects.get().status == "done"
    assert Prediction.objects.count() == 1


def test_deleting_and_claiming_at_once_ends_well(
    make_outfit: Make, owner: User, release: Release
) -> None:
    outfits = [make_outfit(seed) for seed in range(6)]
    at_once(
        2,
        lambda n: work(budget_s=30) if n else throw_away(owner.pk, [each.pk for each in outfits]),
    )
    assert Binned.objects.count() == 6
    restore(owner.pk, [each.pk for each in outfits])
    work(budget_s=30)
    assert Outfit.objects.filter(status="done").count() == 6
    assert Prediction.objects.count() == 6


def test_a_failed_photo_and_its_history_come_back(make_outfit: Make, owner: User) -> None:
    outfit = make_dead_letter(make_outfit())
    binned(outfit)
    restore(owner.pk, [outfit.pk])
    again = Outfit.objects.get()
    assert (again.status, again.error_code) == ("failed", outfit.error_code)
    assert again.ended_attempts.count() == 1


def test_what_is_restored_waits_as_one_that_comes_in_now(make_outfit: Make, owner: User) -> None:
    outfit, others = make_outfit(), [make_outfit(seed) for seed in (1, 2)]
    binned(outfit)
    restore(owner.pk, [outfit.pk])
    outfit.refresh_from_db()
    assert outfit.turn > max(each.turn for each in others)
    assert outfit.turn < next_turn(owner.pk, outfit.priority)


def test_the_same_photo_uploaded_again_comes_out_of_the_bin(make_outfit: Make, owner: User) -> None:
    outfit = make_outfit(1)
    binned(outfit)
    assert make_outfit(1) == outfit
    assert Outfit.objects.get().status == "queued"
    assert not Binned.objects.exists()


def test_the_bin_counts_as_stored_until_it_is_emptied(make_outfit: Make, owner: User) -> None:
    outfit = make_outfit()
    binned(outfit)
    assert Usage.objects.get().stored_bytes == outfit.stored_bytes
    over(outfit)
    forget_over()
    assert Usage.objects.get().stored_bytes == 0
