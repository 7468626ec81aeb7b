"""Who locks several rows does so in an order, and holds nothing that others need while waiting."""

import uuid
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

from classifier.lifecycle.noticing import notice_seen
from classifier.lifecycle.removal import remove_outfits
from classifier.models import Backfill, Outfit, Purpose, Release, ReviewItem
from classifier.personal_data.consents import record_consent
from classifier.personal_data.erasure import close_account
from classifier.releases import backfills, lifecycle
from classifier.reviews import filling
from classifier.reviews.filling import fill
from classifier.reviews.verdicts import lock
from classifier.reviews.worth import refresh
from tests.support.factories import add_outfit, add_prediction, another_release
from tests.support.starting import wait_until
from worker.jobs.backfill import run_backfills


def somebody_waits(kind: str = "transactionid") -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = %s", [kind])
        return bool(cursor.fetchone()[0])


@contextmanager
def locked(outfit_id: uuid.UUID) -> Iterator[None]:
    """Somebody else has the outfit, as whoever deletes it does."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM classifier_outfit WHERE id = %s FOR UPDATE", [outfit_id])
        yield
        other.rollback()
    finally:
        other.close()


def with_its_own_connection(do: Callable[[], object]) -> object:
    try:
        return do()
    finally:
        connection.close()


@contextmanager
def meanwhile(do: Callable[[], object]) -> Iterator[None]:
    """It is done in a thread with a connection of its own; what it raises is raised at the end."""
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(with_its_own_connection, do)
        yield
    begun.result()


@contextmanager
def behind(outfit_id: uuid.UUID, do: Callable[[], object]) -> Iterator[None]:
    """Somebody has the outfit before it is begun, and until the block ends."""
    with ThreadPoolExecutor(1) as pool:
        with locked(outfit_id):
            begun = pool.submit(with_its_own_connection, do)
            yield
        begun.result()


@pytest.fixture
def outfits(owner: User, release: Release) -> list[uuid.UUID]:
    """Ten, in the order of their ids, which is not that of their rows."""
    made = [add_outfit(owner, release, "boho").outfit_id for _ in range(10)]
    return sorted(made)


def settle_many(ids: Collection[uuid.UUID]) -> None:
    with transaction.atomic():
        lock(ids)


@pytest.mark.parametrize(
    "who", ["deletes", "settles", "sees", "takes back research", "closes the account"]
)
def test_several_outfits_are_locked_in_the_order_of_their_ids(
    owner: User, outfits: list[uuid.UUID], who: str
) -> None:
    record_consent(owner.pk, True, Purpose.RESEARCH)
    Outfit.objects.update(review_asked=Now())
    rows = list(Outfit.objects.all())
    if who == "takes back research":
        notice_seen(owner.pk, rows)
    acts: dict[str, Callable[[], object]] = {
        "deletes": lambda: remove_outfits(outfits[::-1]),
        "settles": lambda: settle_many(outfits[::-1]),
        "sees": lambda: notice_seen(owner.pk, rows),
        "takes back research": lambda: record_consent(owner.pk, False, Purpose.RESEARCH),
        "closes the account": lambda: close_account(owner),
    }
    with behind(outfits[0], acts[who]):
        wait_until(somebody_waits, "it waits for the first")
        with transaction.atomic():
            free = Outfit.objects.select_for_update(skip_locked=True).values_list("pk", flat=True)
            assert set(free) == set(outfits[1:]), "it has locked none behind that"


def test_a_consent_is_taken_back_while_the_queue_is_filled(
    owner: User, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The filling has what the person waits for, and refers to their row when it commits."""
    record_consent(owner.pk, True)
    add_outfit(owner, release, "boho")
    written = Event()

    def refresh_and_wait(*arguments: Any) -> None:
        refresh(*arguments)
        if not written.is_set():
            written.set()
            wait_until(lambda: somebody_waits("advisory"), "the person waits")

    monkeypatch.setattr(filling, "refresh", refresh_and_wait)
    with meanwhile(lambda: fill(60)):
        assert written.wait(60)
        record_consent(owner.pk, False)
    assert not ReviewItem.objects.exists()


def test_a_backfill_that_waits_for_a_photo_to_go_holds_up_no_change_of_releases(
    owner: User, release: Release
) -> None:
    other, third = another_release(release, "other"), another_release(release, "third")
    said = add_outfit(owner, release, "boho")
    add_prediction(said.outfit, other, "boho", shown=False)
    backfills.start_backfill(other)
    with behind(said.outfit_id, run_backfills):
        wait_until(somebody_waits, "the backfill waits for the photo")
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10s'")
            lifecycle.start_shadow(third)
    assert Backfill.objects.get().status == "done"
