"""A ZIP becomes a batch: every change of an unpacking's status, as guarded updates.

    queued --claim--> running --finish--> done
      ^                  |---stop-------> stopped (a quota is spent, the ZIP cannot be read, cancel)
      |---put_back-------|
      `--return_expired--'  (its lease ran out)

The fence of a claim is (status running, attempts, claimed_by). The ZIP stays in the bucket until
the end; `done` says from which file on the next attempt goes on. Taking a file twice does no harm:
the same photo of one person is one outfit.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from classifier.batches import zips
from classifier.lifecycle.wakeup import wake_maintenance
from classifier.models import Batch, Unpacking
from classifier.storage import objects
from classifier.storage.objects import StorageUnavailable
from classifier.uploads.quota import consume_quota
from classifier.uploads.refusals import Refusal, Refused

log = structlog.get_logger(__name__)

Status = Unpacking.Status
PENDING = (Status.QUEUED, Status.RUNNING)
ZIP = "application/zip"
PENDING_AT_MOST = 3
"""ZIPs of one person: each takes its whole size in the bucket until it is unpacked."""


def key_of(batch_id: uuid.UUID) -> str:
    """Where the ZIP of a batch lies."""
    return f"{objects.BATCHES}{batch_id}/upload.zip"


def submit_zip(
    owner_id: int, file: IO[bytes], *, name: str, wardrobe: str = "", ip_address: str = ""
) -> Batch:
    """Keep the ZIP and have it unpacked into a new batch. Raises Refused, and leaves nothing then.

    Its directory is read here, so that what is no ZIP or too much is said at once.
    """
    waiting = Unpacking.objects.filter(batch__owner_id=owner_id, status__in=PENDING)
    if waiting.count() >= PENDING_AT_MOST:
        raise Refused(Refusal.ZIPS_WAITING)
    consume_quota(owner_id, ip_address)
    with zips.opened(file) as archive:
        total = len(zips.files_of(archive))
    batch = Batch(owner_id=owner_id, name=name, total=0)
    file.seek(0)
    try:
        objects.put_file(key_of(batch.pk), file, ZIP)
    except StorageUnavailable as error:
        log.error("zip_not_stored", batch=str(batch.pk), error=str(error))
        raise Refused(Refusal.STORAGE_UNAVAILABLE) from error
    with transaction.atomic():
        batch.save(force_insert=True)
        Unpacking.objects.create(batch=batch, wardrobe=wardrobe, address=ip_address, total=total)
        transaction.on_commit(wake_maintenance, robust=True)
    log.info("zip_queued", batch=str(batch.pk), owner=owner_id, files=total)
    return batch


@dataclass(frozen=True)
class Claim:
    """One ZIP that a worker holds as long as it renews its lease."""

    batch_id: uuid.UUID
    attempt: int
    worker: str
    done: int
    """From which file on."""
    deaths: int
    """How many workers died at that file, one after the other."""

    @property
    def held(self) -> Q:
        """The fence."""
        return Q(
            pk=self.batch_id, status=Status.RUNNING, attempts=self.attempt, claimed_by=self.worker
        )


_CLAIM = """
    UPDATE classifier_unpacking
    SET status = 'running', attempts = attempts + 1, claimed_by = %(worker)s,
        lease_until = now() + make_interval(secs => %(lease_s)s)
    WHERE batch_id = (
        SELECT batch_id FROM classifier_unpacking
        WHERE status = 'queued' AND not_before <= now()
        ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING batch_id, attempts, claimed_by, done, deaths
"""


def claim_zip(worker: str) -> Claim | None:
    """Take the ZIP that waits longest, if one does."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"worker": worker, "lease_s": settings.FASI_UNPACK_LEASE_S})
        row = cursor.fetchone()
    return Claim(*row) if row else None


def renew(claim: Claim, done: int) -> bool:
    """So many files were looked at; prolong the lease. False: the lease is lost, stop."""
    lease = timezone.now() + timedelta(seconds=settings.FASI_UNPACK_LEASE_S)
    return _change(Q(claim.held), done=done, deaths=0, lease_until=lease)


def finish(claim: Claim) -> bool:
    """All of it was looked at."""
    return _end(claim.held, status=Status.DONE)


def stop(claim: Claim, reason: Refusal) -> bool:
    """The rest of it cannot be taken."""
    return _end(claim.held, status=Status.STOPPED, reason=reason.value)


def put_back(claim: Claim, seconds: int) -> bool:
    """Not now: go on later from where it is."""
    due = timezone.now() + timedelta(seconds=seconds)
    return _end(claim.held, status=Status.QUEUED, not_before=due)


def cancel_zips(of: Q) -> None:
    """Unpack no more of these; a worker that is at it notices at its next file."""
    _end(Q(of, status__in=PENDING), status=Status.STOPPED, reason=Refusal.BATCH_CANCELLED)


def return_expired_zips() -> int:
    """Take back every ZIP whose worker died. Returns how many."""
    expired = Q(status=Status.RUNNING, lease_until__lt=timezone.now())
    return Unpacking.objects.filter(expired).update(
        status=Status.QUEUED, deaths=F("deaths") + 1, lease_until=None, claimed_by=""
    )


def pending_among(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these batches whose ZIP is still needed."""
    rows = Unpacking.objects.filter(pk__in=ids, status__in=PENDING)
    return set(rows.values_list("pk", flat=True))


def _end(of: Q, **change: object) -> bool:
    return _change(of, lease_until=None, claimed_by="", **change)


def _change(of: Q, **change: object) -> bool:
    return bool(Unpacking.objects.filter(of).update(**change))
