"""The history of attempts, and queueing dead letters again. Through the rows."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from classifier.lifecycle import requeue as requeueing
from classifier.lifecycle.attempts import fail, put_back, return_expired
from classifier.lifecycle.claims import claim_outfits, finish
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.requeue import requeue, requeue_all
from classifier.models import Attempt, Outfit, Prediction, Release
from tests.classifier.lifecycle.test_claims import expire, make_ready, prediction_for
from tests.support.factories import make_dead_letter
from worker.classification import work

Make = Callable[..., Outfit]


def history(outfit: Outfit) -> list[tuple[int, str, str]]:
    return list(outfit.ended_attempts.values_list("number", "reason", "worker"))


def test_each_attempt_that_ends_without_a_prediction_is_noted(make_outfit: Make) -> None:
    outfit = make_outfit()
    (claim,) = claim_outfits("w1", 1)
    put_back([claim], Failure.STORAGE_UNAVAILABLE, "no answer")
    make_ready(outfit)
    claim_outfits("w2", 1)
    expire(outfit)
    return_expired()
    (claim,) = claim_outfits("w3", 1)
    fail([claim], Failure.OBJECT_BROKEN, "no JPEG")
    assert history(outfit) == [
        (1, "storage_unavailable", "w1"),
        (2, "worker_lost", "w2"),
        (3, "object_broken", "w3"),
    ]


def test_a_worker_that_lost_its_lease_writes_no_history(make_outfit: Make) -> None:
    outfit = make_outfit()
    (lost,) = claim_outfits("w1", 1)
    expire(outfit)
    return_expired()
    claim_outfits("w2", 1)
    fail([lost], Failure.ENGINE, "late")
    put_back([lost], Failure.ENGINE, "late")
    assert history(outfit) == [(1, "worker_lost", "w1")]


@pytest.mark.parametrize("end", [put_back, fail])
def test_history_and_status_change_together_or_not_at_all(
    make_outfit: Make, end: Callable[..., None]
) -> None:
    outfit = make_outfit()
    claims = claim_outfits("w", 1)
    Attempt.objects.create(
        outfit=outfit, number=1, worker="w", reason="engine_error", ended=timezone.now()
    )
    with pytest.raises(IntegrityError, match="attempt_ends_once"):
        end(claims, Failure.ENGINE, "twice")
    outfit.refresh_from_db()
    assert outfit.status == "running"


def test_an_attempt_without_a_reason_is_refused(make_outfit: Make) -> None:
    with pytest.raises(IntegrityError, match="attempt_has_reason"):
        Attempt.objects.create(outfit=make_outfit(), number=1, worker="w", ended=timezone.now())


def test_a_dead_letter_that_is_queued_again_has_all_attempts_again(make_outfit: Make) -> None:
    outfit = make_outfit()
    for round_ in range(2):
        for attempt in range(1, 4):
            make_ready(outfit)
            (claim,) = claim_outfits("w", 1)
            assert claim.attempt == 3 * round_ + attempt
            put_back([claim], Failure.ENGINE, "again")
        outfit.refresh_from_db()
        assert outfit.status == "failed"
        assert requeue([outfit.pk]) == [outfit.pk]
        outfit.refresh_from_db()
        assert (outfit.status, outfit.error_code) == ("queued", "")
    assert len(history(outfit)) == 6


def test_after_a_requeue_the_back_off_starts_small_again(make_outfit: Make) -> None:
    outfit = make_outfit()
    Outfit.objects.update(attempts=30, attempts_before=30)
    (claim,) = claim_outfits("w", 1)
    put_back([claim], Failure.ENGINE, "once")
    outfit.refresh_from_db()
    assert outfit.not_before < timezone.now() + timedelta(seconds=2)


def test_a_worker_from_before_the_requeue_can_change_nothing(
    make_outfit: Make, release: Release
) -> None:
    outfit = make_outfit()
    (old,) = claim_outfits("w", 1)
    fail([old], Failure.ENGINE, "first")

    def changes_nothing(status: str, attempt: int) -> None:
        fail([old], Failure.ENGINE, "late")
        put_back([old], Failure.ENGINE, "late")
        assert finish([(old, prediction_for(old, release))]) == set()
        outfit.refresh_from_db()
        assert (outfit.status, outfit.attempts) == (status, attempt)

    requeue([outfit.pk])
    changes_nothing("queued", 1)
    (new,) = claim_outfits("w", 1)  # by the same process, too, which still holds the old claim
    changes_nothing("running", 2)
    assert finish([(new, prediction_for(new, release))]) == {outfit.pk}
    changes_nothing("done", 2)
    assert Prediction.objects.count() == 1
    assert history(outfit) == [(1, "engine_error", "w")]


def test_what_killed_its_worker_is_still_claimed_alone_after_a_requeue(make_outfit: Make) -> None:
    guilty = make_outfit(1)
    for _ in range(4):
        claim_outfits("w", 1)
        expire(guilty)
        return_expired()
    make_outfit(2, priority=Outfit.Priority.BATCH)
    assert requeue_all() == 1
    assert [len(claim_outfits("w", 10)) for _ in range(2)] == [1, 1]


def test_only_dead_letters_are_queued_again(make_outfit: Make, release: Release) -> None:
    outfit = make_outfit()
    assert requeue([outfit.pk]) == []
    work(budget_s=30)
    assert requeue([outfit.pk, uuid.uuid4()]) == []
    outfit.refresh_from_db()
    assert outfit.status == "done"


def test_many_that_are_queued_again_stand_behind_each_other(
    make_outfit: Make, stranger: User
) -> None:
    mine = [make_dead_letter(make_outfit(seed)) for seed in range(3)]
    waiting = make_outfit(7, priority=Outfit.Priority.BATCH)
    requeue_all()
    turns = [Outfit.objects.get(pk=each.pk).turn for each in mine]
    assert turns == [waiting.turn + 1, waiting.turn + 2, waiting.turn + 3]


def test_what_staff_queue_again_goes_after_who_waits_now(make_outfit: Make) -> None:
    old = make_dead_letter(make_outfit(1))
    requeue_all()
    waiting = make_outfit(2)
    assert [claim.outfit_id for claim in claim_outfits("w", 1)] == [waiting.pk]
    assert [claim.outfit_id for claim in claim_outfits("w", 1)] == [old.pk]


def test_two_people_at_once_queue_each_dead_letter_once(make_outfit: Make) -> None:
    ids = [make_dead_letter(make_outfit(seed)).pk for seed in range(6)]
    queued: list[uuid.UUID] = []
    barrier = threading.Barrier(2)

    def press() -> None:
        barrier.wait()
        queued.extend(requeue(ids))
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queued) == sorted(ids)


def test_all_of_a_kind_are_queued_a_few_at_a_time(
    make_outfit: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requeueing, "REQUEUE_AT_A_TIME", 2)
    broken = [make_dead_letter(make_outfit(seed)) for seed in range(5)]
    missing = make_dead_letter(make_outfit(9), Failure.OBJECT_MISSING)
    assert requeue_all("object_broken") == 5
    in_turn = Outfit.objects.filter(status="queued").order_by("turn")
    assert list(in_turn) == broken
    assert len({each.turn for each in in_turn}) == 5
    missing.refresh_from_db()
    assert missing.status == "failed"


def test_all_are_queued_once_though_they_fail_again_meanwhile(
    make_outfit: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(3):
        make_dead_letter(make_outfit(seed))

    def fail_again() -> None:
        fail(claim_outfits("w", 10), Failure.OBJECT_BROKEN, "again")

    monkeypatch.setattr(requeueing, "REQUEUE_AT_A_TIME", 1)
    monkeypatch.setattr(requeueing, "wake_worker", fail_again)  # a worker that is very quick
    assert requeue_all() == 3
    assert set(Outfit.objects.values_list("status", "attempts")) == {("failed", 2)}


def test_no_more_than_the_limit_are_queued(make_outfit: Make) -> None:
    for seed in range(3):
        make_dead_letter(make_outfit(seed))
    assert requeue_all(limit=2) == 2
    assert Outfit.objects.filter(status="failed").count() == 1


def test_its_waiting_is_counted_from_the_requeue(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_dead_letter(make_outfit())
    long_ago = timezone.now() - timedelta(days=3)
    Outfit.objects.update(created=long_ago, queued_at=long_ago)
    requeue([outfit.pk])
    outfit.refresh_from_db()
    assert outfit.created == long_ago
    assert timezone.now() - outfit.queued_at < timedelta(minutes=1)
    assert "longer than usual" not in as_owner.get(outfit.get_absolute_url()).content.decode()
