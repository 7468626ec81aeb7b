"""Quotas and rates of uploads, in the words of refusals: `classifier.limits` counts."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo

import structlog
from django.conf import settings
from redis.exceptions import RedisError

from classifier.limits import ledger, photos, rates
from classifier.limits.ledger import DayIsSpent, LimitReached, StorageIsFull
from classifier.models import Batch
from classifier.uploads.refusals import Refusal, Refused
from classifier.web import ip_group

log = structlog.get_logger(__name__)


@dataclass
class Room:
    """What is set aside for one photo."""

    owner_id: int
    reservation: uuid.UUID
    size: int
    released: bool = False

    def hold(self, size: int) -> None:
        """So much is going to be stored. Raises Refused where that is too much."""
        if size > self.size:
            with _refusing():
                photos.enlarge(self.owner_id, self.reservation, size)

    def release(self) -> None:
        """What it was for is stored: for the transaction that records it."""
        ledger.release(self.reservation)
        self.released = True


@contextmanager
def room_for_photo(
    owner_id: int,
    ip_address: str,
    size: int,
    zone: tzinfo,
    *,
    paced: bool = False,
    counted: bool = False,
) -> Iterator[Room]:
    """Count one upload and set its bytes aside until the block ends. Raises Refused.

    `zone` is the person's, whose day counts. What is `paced` comes no faster than a worker of ours
    takes it: no rate counts it. What was `counted` has its place in the day's quota already.
    """
    if not paced:
        _check_rates(owner_id, ip_address)
    size = min(size, settings.FASI_MAX_UPLOAD_BYTES)
    with _refusing():
        reservation = photos.reserve_photo(owner_id, size, zone, counted=counted)
    room = Room(owner_id, reservation, size)
    try:
        yield room
    except BaseException:
        ledger.release(reservation)  # perhaps again: its transaction may not have committed
        raise
    if not room.released:
        ledger.release(reservation)


@contextmanager
def room_for_zip(owner_id: int, ip_address: str) -> Iterator[None]:
    """The same for a ZIP file, of which one person has a few at a time. Raises Refused."""
    _check_rates(owner_id, ip_address)
    with _refusing(Refusal.ZIPS_WAITING):
        reservation = ledger.reserve_zip(owner_id)
    try:
        yield
    finally:
        ledger.release(reservation)


@contextmanager
def room_for_direct_upload(owner_id: int, size: int) -> Iterator[None]:
    """A transaction in which this person may get one form more. Raises Refused, LimitReached."""
    with _refusing(otherwise=None), ledger.room_for_direct_upload(owner_id, size):
        yield


@contextmanager
def room_for_batch(owner_id: int) -> Iterator[None]:
    """A transaction in which this person may get one batch more. Raises Refused."""
    mine = Batch.objects.filter(owner_id=owner_id)
    with (
        _refusing(Refusal.TOO_MANY_BATCHES),
        ledger.one_more(owner_id, mine, settings.FASI_MAX_BATCHES),
    ):
        yield


def count_upload(owner_id: int, ip_address: str) -> None:
    """Classifying a photo again counts as much as uploading it. Raises Refused."""
    _check_rates(owner_id, ip_address)
    with _refusing():
        ledger.count_upload(owner_id)


@contextmanager
def _refusing(otherwise: Refusal | None = Refusal.DAILY_QUOTA) -> Iterator[None]:
    """The ledger's limits as refusals; any other limit as `otherwise`, or as it is for None."""
    try:
        yield
    except DayIsSpent as error:
        raise Refused(Refusal.DAILY_QUOTA, error.ends_in_s) from error
    except StorageIsFull as error:
        raise Refused(Refusal.STORAGE_QUOTA) from error
    except LimitReached as error:
        if otherwise is None:
            raise
        raise Refused(otherwise) from error


def _check_rates(owner_id: int, ip_address: str) -> None:
    minute = rates.this_minute()
    try:
        over = rates.first_over(
            (f"uploads:minute:{owner_id}:{minute}", rates.MINUTE, settings.FASI_UPLOADS_PER_MINUTE),
            (
                f"uploads:address:{ip_group(ip_address)}:{minute}",
                rates.MINUTE,
                settings.FASI_UPLOADS_PER_MINUTE_ADDRESS,
            ),
        )
    except RedisError as error:
        log.warning("rate_not_checked", error=str(error))
        return
    if over is not None:
        raise Refused(Refusal.RATE)
