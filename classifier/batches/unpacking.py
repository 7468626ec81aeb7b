"""A ZIP becomes a batch: every change of an unpacking's status, as guarded updates.

    queued --claim--> running --finish--> done
      ^                  |---stop-------> stopped (a quota is spent, the ZIP cannot be read, cancel)
      |---put_back-------|
      `--return_expired--'  (its lease ran out)

`classifier.leases` has the leases. The ZIP stays in the bucket until the end; `done` says from
which file on the next attempt goes on, `deaths` how many workers died at that file. Taking a file
twice does no harm: the same photo of one person is one outfit.
"""

import uuid
from typing import IO, Any

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet

from classifier.batches import zips
from classifier.leases import Jobs, Lease, seconds_from_now
from classifier.lifecycle.wakeup import wake_maintenance
from classifier.models import Batch, Unpacking
from classifier.storage import objects
from classifier.storage.objects import StorageUnavailable
from classifier.uploads.quota import room_for_batch, room_for_zip
from classifier.uploads.refusals import Refusal, Refused

log = structlog.get_logger(__name__)

Status = Unpacking.Status
PENDING = (Status.QUEUED, Status.RUNNING)


def key_of(batch_id: uuid.UUID) -> str:
    """Where the ZIP of a batch lies."""
    return f"{objects.BATCHES}{batch_id}/upload.zip"


def submit_zip(
    owner_id: int, file: IO[bytes], *, name: str, wardrobe: str = "", ip_address: str = ""
) -> Batch:
    """Keep the ZIP and have it unpacked into a new batch. Raises Refused, and leaves nothing then.

    Its directory is read here, so that what is no ZIP or too much is said at once.
    """
    with room_for_zip(owner_id, ip_address):
        with zips.opened(file) as archive:
            total = len(zips.files_of(archive))
        batch = Batch(owner_id=owner_id, name=name, total=0)
        file.seek(0)
        try:
            objects.put_file(key_of(batch.pk), file, objects.ZIP)
        except StorageUnavailable as error:
            log.error("zip_not_stored", batch=str(batch.pk), error=str(error))
            raise Refused(Refusal.STORAGE_UNAVAILABLE) from error
        with room_for_batch(owner_id):
            batch.save(force_insert=True)
            Unpacking.objects.create(
                batch=batch, wardrobe=wardrobe, address=ip_address, total=total
            )
            transaction.on_commit(wake_maintenance, robust=True)
    log.info("zip_queued", batch=str(batch.pk), owner=owner_id, files=total)
    return batch


def begin_batch(owner_id: int, name: str) -> Batch:
    """A batch without photos. Raises Refused where this person has too many."""
    with room_for_batch(owner_id):
        return Batch.objects.create(owner_id=owner_id, name=name, total=0)


JOBS = Jobs(Unpacking, Status.QUEUED, Status.RUNNING, "FASI_UNPACK_LEASE_S")


def claim_zip(worker: str) -> Lease[Unpacking] | None:
    """Take the ZIP that waits longest, if one does."""
    return JOBS.claim(claimed_by=worker)


def renew(lease: Lease[Unpacking], done: int) -> None:
    """So many files were looked at; prolong the lease. Raises LeaseLost."""
    lease.renew(done=done, deaths=0)


def finish(lease: Lease[Unpacking]) -> bool:
    """All of it was looked at."""
    return _end(lease.held, status=Status.DONE)


def stop(lease: Lease[Unpacking], reason: Refusal) -> bool:
    """The rest of it cannot be taken."""
    return _end(lease.held, status=Status.STOPPED, reason=reason.value)


def put_back(lease: Lease[Unpacking], seconds: int) -> bool:
    """Not now: go on later from where it is."""
    return _end(lease.held, status=Status.QUEUED, not_before=seconds_from_now(seconds))


def cancel_zips(of: Q) -> None:
    """Unpack no more of these; a worker that is at it notices at its next file."""
    pending = Unpacking.objects.filter(of, status__in=PENDING)
    _end(pending, status=Status.STOPPED, reason=Refusal.BATCH_CANCELLED)


def return_expired_zips() -> int:
    """Take back every ZIP whose worker died. Returns how many."""
    return JOBS.expired().update(
        status=Status.QUEUED, deaths=F("deaths") + 1, lease_until=None, claimed_by=""
    )


def pending_among(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these batches whose ZIP is still needed."""
    rows = Unpacking.objects.filter(pk__in=ids, status__in=PENDING)
    return set(rows.values_list("pk", flat=True))


def _end(rows: QuerySet[Unpacking], **change: Any) -> bool:
    return bool(rows.update(lease_until=None, claimed_by="", **change))
