"""Every change of status: claims, fences, leases, attempts, fairness. Through the rows."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from classifier.lifecycle.attempts import (
    fail,
    interrupt,
    postpone,
    put_back,
    return_expired,
)
from classifier.lifecycle.claims import Claim, claim_outfits, finish
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit, Prediction, Release

Make = Callable[..., Outfit]
LOST = Failure.WORKER_LOST


def prediction_for(claim: Claim, release: Release) -> Prediction:
    ids = release.styles.ids
    return Prediction(
        outfit_id=claim.outfit_id,
        release=release,
        probabilities=[1.0] + [0.0] * (len(ids) - 1),
        style=ids[0],
        confidence=1.0,
        decided=True,
        activation_map=bytes(49),
        embedding=[1.0] + [0.0] * 255,
        milliseconds=1.0,
    )


def expire(outfit: Outfit) -> None:
    """As if the lease's seconds had gone by."""
    past = timezone.now() - timedelta(seconds=1)
    assert Outfit.objects.filter(pk=outfit.pk, status="running").update(lease_until=past) == 1


def make_ready(outfit: Outfit) -> None:
    """As if the back-off's seconds had gone by."""
    Outfit.objects.filter(pk=outfit.pk).update(not_before=timezone.now())


def test_a_claim_takes_a_lease_and_counts_an_attempt(make_outfit: Make) -> None:
    outfit = make_outfit()
    (claim,) = claim_outfits("w1", 10)
    outfit.refresh_from_db()
    assert (outfit.status, outfit.attempts, outfit.claimed_by) == ("running", 1, "w1")
    assert outfit.lease_until is not None
    assert outfit.lease_until > timezone.now()
    assert (claim.outfit_id, claim.thumb_key) == (outfit.pk, outfit.thumb_key)


def test_what_is_claimed_is_not_claimed_again(make_outfit: Make) -> None:
    make_outfit()
    assert len(claim_outfits("w1", 10)) == 1
    assert claim_outfits("w2", 10) == []


def test_two_workers_at_once_share_the_rows(make_outfit: Make) -> None:
    for seed in range(10):
        make_outfit(seed)
    claims: list[list[Claim]] = []
    barrier = threading.Barrier(2)

    def claim(name: str) -> None:
        barrier.wait()
        claims.append(claim_outfits(name, 6))
        connection.close()

    threads = [threading.Thread(target=claim, args=[f"w{n}"]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [claim.outfit_id for each in claims for claim in each]
    assert len(ids) == len(set(ids)) == 10


def test_interactive_goes_before_batch(make_outfit: Make) -> None:
    make_outfit(1, priority=Outfit.Priority.BATCH)
    interactive = make_outfit(2)
    assert [claim.outfit_id for claim in claim_outfits("w", 1)] == [interactive.pk]


def test_one_photo_of_another_owner_waits_for_one_claim_at_most(
    make_outfit: Make, stranger: User
) -> None:
    for seed in range(12):
        make_outfit(seed)
    claim_outfits("w", 4)
    single = make_outfit(99, user=stranger)
    assert single.pk in {claim.outfit_id for claim in claim_outfits("w", 4)}


def test_finish_writes_prediction_and_status_together(make_outfit: Make, release: Release) -> None:
    outfit = make_outfit()
    (claim,) = claim_outfits("w", 1)
    assert finish([(claim, prediction_for(claim, release))]) == {outfit.pk}
    outfit.refresh_from_db()
    assert (outfit.status, outfit.lease_until, outfit.claimed_by) == ("done", None, "")
    assert outfit.classified is not None
    assert outfit.predictions.get().style == release.styles.ids[0]


def test_a_lost_lease_writes_nothing(make_outfit: Make, release: Release) -> None:
    outfit = make_outfit()
    (lost,) = claim_outfits("w1", 1)
    expire(outfit)
    return_expired()
    (held,) = claim_outfits("w2", 1)
    assert finish([(lost, prediction_for(lost, release))]) == set()
    assert not Prediction.objects.exists()
    assert finish([(held, prediction_for(held, release))]) == {outfit.pk}
    assert finish([(held, prediction_for(held, release))]) == set()
    assert Prediction.objects.count() == 1


def test_a_lost_lease_neither_fails_nor_queues(make_outfit: Make) -> None:
    outfit = make_outfit()
    (lost,) = claim_outfits("w1", 1)
    expire(outfit)
    return_expired()
    claim_outfits("w2", 1)
    fail([lost], Failure.ENGINE, "late")
    put_back([lost], Failure.STORAGE_UNAVAILABLE, "late")
    outfit.refresh_from_db()
    assert (outfit.status, outfit.claimed_by) == ("running", "w2")


def test_an_expired_lease_is_returned_and_retried_alone(make_outfit: Make) -> None:
    guilty = make_outfit(1)
    claim_outfits("w1", 1)
    expire(guilty)
    make_outfit(2)
    assert return_expired() == [(guilty.pk, "queued")]
    first, second = claim_outfits("w2", 10), claim_outfits("w2", 10)
    assert len(first) == len(second) == 1  # never both in one claim


def test_a_live_lease_is_left_alone(make_outfit: Make) -> None:
    make_outfit()
    claim_outfits("w", 1)
    assert return_expired() == []


def test_after_the_last_attempt_it_fails_with_a_reason(make_outfit: Make, settings: object) -> None:
    outfit = make_outfit()
    for _ in range(4):  # once in company, three times alone
        assert len(claim_outfits("w", 1)) == 1
        expire(outfit)
        return_expired()
    outfit.refresh_from_db()
    assert (outfit.status, outfit.error_code, outfit.attempts) == ("failed", "worker_lost", 4)
    assert claim_outfits("w", 1) == []


def test_a_death_in_company_counts_against_nobody(make_outfit: Make, settings: Any) -> None:
    settings.FASI_MAX_ATTEMPTS = 1
    outfits = [make_outfit(seed) for seed in range(3)]
    claims = claim_outfits("w", 10)
    for outfit in outfits[:2]:
        expire(outfit)
    assert {status for _, status in return_expired()} == {"queued"}
    interrupt([claim for claim in claims if claim.outfit_id == outfits[2].pk], LOST, "gave up")
    assert set(Outfit.objects.values_list("status", "alone")) == {("queued", True)}


def test_a_death_alone_counts_against_the_photo(make_outfit: Make, settings: Any) -> None:
    settings.FASI_MAX_ATTEMPTS = 1
    outfit = make_outfit()
    Outfit.objects.update(alone=True)
    (claim,) = claim_outfits("w", 10)
    interrupt([claim], LOST, "gave up")
    outfit.refresh_from_db()
    assert (outfit.status, outfit.error_code) == ("failed", "worker_lost")


def test_what_is_to_be_alone_is_not_claimed_beside_others(make_outfit: Make) -> None:
    first, second = make_outfit(1), make_outfit(2)
    Outfit.objects.filter(pk=first.pk).update(alone=True)
    assert claim_outfits("w", 10, beside_others=True) == []  # it is next, and has to be alone
    assert [claim.outfit_id for claim in claim_outfits("w", 10)] == [first.pk]
    (claim,) = claim_outfits("w", 10, beside_others=True)
    assert claim.outfit_id == second.pk


def test_a_transient_fault_backs_off_and_then_fails(make_outfit: Make) -> None:
    outfit = make_outfit()
    for attempt in range(1, 4):
        make_ready(outfit)
        (claim,) = claim_outfits("w", 1)
        put_back([claim], Failure.STORAGE_UNAVAILABLE, "no answer")
        outfit.refresh_from_db()
        assert outfit.attempts == attempt
        assert outfit.status == ("failed" if attempt == 3 else "queued")
    assert outfit.error_code == "storage_unavailable"


def test_a_store_that_is_away_counts_against_no_photo(make_outfit: Make, settings: Any) -> None:
    settings.FASI_MAX_ATTEMPTS = 1
    outfit = make_outfit()
    for _ in range(5):
        postpone(claim_outfits("w1", 1), Failure.STORAGE_UNAVAILABLE, "S3 is away")
        outfit.refresh_from_db()
        assert (outfit.status, outfit.error_code) == ("queued", "storage_unavailable")
        assert outfit.not_before > timezone.now()
        make_ready(outfit)
    assert not outfit.ended_attempts.exists()
    Outfit.objects.update(queued_at=timezone.now() - timedelta(days=2))
    postpone(claim_outfits("w1", 1), Failure.STORAGE_UNAVAILABLE, "S3 is away")
    outfit.refresh_from_db()
    assert (outfit.status, outfit.error_code) == ("failed", "storage_unavailable")
    assert outfit.ended_attempts.count() == 1


def test_a_backed_off_outfit_is_not_claimed_yet(make_outfit: Make) -> None:
    outfit = make_outfit()
    Outfit.objects.filter(pk=outfit.pk).update(not_before=timezone.now() + timedelta(minutes=1))
    assert claim_outfits("w", 1) == []


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "failed"}, "outfit_failed_has_reason"),
        ({"status": "running"}, "outfit_running_has_lease"),
        ({"status": "done"}, "outfit_done_has_time"),
        ({"status": "lost"}, "outfit_status_known"),
        ({"attempts_before": 1}, "outfit_forgives_what_was"),
    ],
)
def test_the_database_itself_refuses_impossible_rows(
    make_outfit: Make, change: dict[str, object], constraint: str
) -> None:
    from django.db import IntegrityError

    outfit = make_outfit()
    with pytest.raises(IntegrityError, match=constraint):
        Outfit.objects.filter(pk=outfit.pk).update(**change)


def test_one_release_at_most_is_active(release: Release) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="release_one_active"):
        Release.objects.create(name="other", sha256="0" * 64, taxonomy={}, status="active")
