"""The ledger of quotas: reserve before bytes flow, release when they are stored or were refused.

Everything happens under the lock of the owner's row, in short transactions of their own: nobody
waits for S3 or for a decoder with the lock in hand. What is reserved and what is stored both count,
and a reservation is released only after what it was for is stored, so for a moment something counts
twice and at no moment not at all. `photos` does the same for single photos, in plain SQL.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from classifier.models import DirectUpload, Preferences, Reservation, Unpacking, Usage

# A request, or the job that checks one photo, is dead after this long.
PATIENCE = timedelta(minutes=10)
Kind = Reservation.Kind


class LimitReached(Exception):
    """One more would be too many."""

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class DayIsSpent(LimitReached):
    """The uploads of this day are used up; the next one begins in `ends_in_s` seconds."""

    def __init__(self, most: int, ends_in_s: int) -> None:
        super().__init__(most)
        self.ends_in_s = ends_in_s


class StorageIsFull(LimitReached):
    """The bytes that this person may store are used up, or set aside."""


@dataclass(frozen=True)
class Used:
    """A person's row, which is locked until the transaction ends."""

    owner_id: int
    uploads: int
    exports: int
    stored_bytes: int


LOCK = """
    INSERT INTO classifier_usage AS mine (owner_id, day, uploads, exports, stored_bytes)
    VALUES (
        %(owner)s, (now() AT TIME ZONE 'UTC' + make_interval(secs => %(offset_s)s))::date, 0, 0, 0
    )
    ON CONFLICT (owner_id) DO UPDATE SET
        day = greatest(mine.day, excluded.day),
        uploads = CASE WHEN mine.day >= excluded.day THEN mine.uploads ELSE 0 END,
        exports = CASE WHEN mine.day >= excluded.day THEN mine.exports ELSE 0 END
    RETURNING owner_id, uploads, exports, stored_bytes
"""


@contextmanager
def owner_locked(owner_id: int, zone: tzinfo | None = None) -> Iterator[Used]:
    """A transaction in which nobody else looks at or changes what this person uses.

    A day is that of the person's time zone, by the database's clock. It never goes back, so nobody
    gets a day's quota again by moving to another zone. The zone is looked up unless the caller has
    it.
    """
    values = {"owner": owner_id, "offset_s": offset_s(zone or Preferences.zone_of(owner_id))}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK, values)
            row = cursor.fetchone()
        yield Used(*row)


def offset_s(zone: tzinfo) -> float:
    """How far the zone's clocks are ahead of UTC now, in seconds."""
    return (datetime.now(zone).utcoffset() or timedelta()).total_seconds()


@contextmanager
def one_more(owner_id: int, rows: QuerySet[Any], most: int) -> Iterator[None]:
    """A transaction in which one row may be added to these. Raises LimitReached."""
    with owner_locked(owner_id):
        if rows.count() >= most:
            raise LimitReached(most)
        yield


def reserve_zip(owner_id: int) -> uuid.UUID:
    """Set one of a person's places for ZIPs aside, and count it as an upload.

    Raises DayIsSpent, StorageIsFull, LimitReached.
    """
    with owner_locked(owner_id) as used:
        waiting = Unpacking.objects.filter(
            batch__owner_id=owner_id, status__in=(Unpacking.Status.QUEUED, Unpacking.Status.RUNNING)
        )
        most = settings.FASI_ZIPS_WAITING
        if waiting.count() + _open(owner_id).filter(kind=Kind.ZIP).count() >= most:
            raise LimitReached(most)
        _count_upload(used)
        _check_room(used, 1)
        expires = timezone.now() + PATIENCE
        made = Reservation.objects.create(owner_id=owner_id, kind=Kind.ZIP, expires=expires)
        return made.pk


@contextmanager
def room_for_direct_upload(owner_id: int, size: int) -> Iterator[None]:
    """A transaction in which one upload to the bucket may be allowed: its row is the reservation.

    Raises DayIsSpent, StorageIsFull, LimitReached.
    """
    with owner_locked(owner_id) as used:
        if _direct(owner_id).count() >= settings.FASI_OPEN_UPLOADS:
            raise LimitReached(settings.FASI_OPEN_UPLOADS)
        _count_upload(used)
        _check_room(used, size)
        yield


def count_upload(owner_id: int) -> None:
    """Something that costs as much as an upload and stores nothing. Raises DayIsSpent."""
    with owner_locked(owner_id) as used:
        _count_upload(used)


def count_export(owner_id: int) -> None:
    """Raises LimitReached where this day's exports are used up."""
    with owner_locked(owner_id) as used:
        if used.exports >= settings.FASI_EXPORTS_PER_DAY:
            raise LimitReached(settings.FASI_EXPORTS_PER_DAY)
        Usage.objects.filter(pk=owner_id).update(exports=F("exports") + 1)


def give_back(owner_id: int, day: date, uploads: int) -> None:
    """Uploads that were counted on this day came to nothing."""
    Usage.objects.filter(pk=owner_id, day=day, uploads__gte=uploads).update(
        uploads=F("uploads") - uploads
    )


def release(reservation: uuid.UUID) -> None:
    """What it was for is stored, or will not be."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM classifier_reservation WHERE id = %s", [reservation])


def forget_expired() -> int:
    """Delete reservations whose process died. Returns how many."""
    deleted, _by_model = Reservation.objects.filter(expires__lt=timezone.now()).delete()
    return deleted


def _count_upload(used: Used) -> None:
    if used.uploads >= settings.FASI_UPLOADS_PER_DAY:
        raise day_is_spent(used.owner_id)
    Usage.objects.filter(pk=used.owner_id).update(uploads=F("uploads") + 1)


def day_of(owner_id: int, moment: datetime) -> date:
    """The day on which something of this person was counted."""
    return timezone.localdate(moment, Preferences.zone_of(owner_id))


def day_is_spent(owner_id: int) -> DayIsSpent:
    """What to raise: this person's day, and when it ends."""
    now = datetime.now(Preferences.zone_of(owner_id))
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    ends_in_s = max(1, int((tomorrow.astimezone(UTC) - now.astimezone(UTC)).total_seconds()))
    return DayIsSpent(settings.FASI_UPLOADS_PER_DAY, ends_in_s)


def _check_room(used: Used, size: int) -> None:
    most = settings.FASI_STORED_BYTES
    if used.stored_bytes + _set_aside(used.owner_id) + size > most:
        raise StorageIsFull(most)


def _set_aside(owner_id: int) -> int:
    open_now = _open(owner_id).aggregate(sum=Sum("bytes"))["sum"] or 0
    direct: int = _direct(owner_id).aggregate(sum=Sum("most_bytes"))["sum"] or 0
    return direct + int(open_now)


def _open(owner_id: int) -> QuerySet[Reservation]:
    return Reservation.objects.filter(owner_id=owner_id, expires__gt=timezone.now())


def _direct(owner_id: int) -> QuerySet[DirectUpload]:
    """Uploads to the bucket that no worker has begun to check; who checks one reserves anew."""
    waiting = (DirectUpload.Status.WAITING, DirectUpload.Status.QUEUED)
    return DirectUpload.objects.filter(owner_id=owner_id, status__in=waiting)
