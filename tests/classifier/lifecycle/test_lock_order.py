"""Who locks several rows does so in an order, and holds nothing that others need while waiting."""

import uuid
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models.functions import Now

from classifier.lifecycle.noticing import notice_seen
from classifier.lifecycle.removal import remove_outfits
from classifier.models import Backfill, Outfit, Purpose, Release, Review, ReviewItem
from classifier.personal_data.consents import record_consent
from classifier.personal_data.erasure import close_account
from classifier.releases import backfills, lifecycle
from classifier.reviews import asking, filling
from classifier.reviews.filling import fill
from classifier.reviews.verdicts import lock, record_review
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
def blocking(do: Callable[[], object]) -> Iterator[None]:
    """It is begun within the block, and when that ends it is done, or waits for what we have."""
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        yield
        begun = pool.submit(with_its_own_connection, do)
        wait_until(lambda: begun.done() or somebody_waits(), "it is done, or waits")
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


def test_a_verdict_that_is_given_while_the_queue_is_filled_is_counted(
    owner: User, staff: User, release: Release
) -> None:
    """Else the filling would write that nobody has judged it, and it would be shown once more."""
    record_consent(owner.pk, True)
    photo = add_outfit(owner, release, "boho")
    fill(60)
    with blocking(lambda: fill(60)):
        record_review(photo, staff.pk, Review.Role.STAFF, "casual")
    item = ReviewItem.objects.get()
    assert (item.answered, item.answered_by) == (1, [staff.pk])


def test_an_owner_who_asks_while_the_queue_is_filled_still_comes_first(
    owner: User, release: Release
) -> None:
    record_consent(owner.pk, True)
    photo = add_outfit(owner, release, "boho")
    fill(60)
    with blocking(lambda: fill(60)):
        asking.ask(photo.outfit)
    assert ReviewItem.Reason.ASKED in ReviewItem.objects.get().reasons


def test_what_somebody_has_while_the_queue_is_filled_comes_in_at_the_end(
    owner: User, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_consent(owner.pk, True)
    photos = [add_outfit(owner, release, "boho").outfit_id for _ in range(4)]
    with locked(photos[0]):
        fill(60)
        assert set(ReviewItem.objects.values_list("pk", flat=True)) == set(photos[1:])
    ReviewItem.objects.all().delete()
    theirs = ExitStack()

    def refresh_and_let_go(*arguments: Any) -> None:
        refresh(*arguments)
        if ReviewItem.objects.count() == 3:
            theirs.close()

    monkeypatch.setattr(filling, "refresh", refresh_and_let_go)
    with theirs:
        theirs.enter_context(locked(photos[0]))
        fill(60)
    assert ReviewItem.objects.count() == 4


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
