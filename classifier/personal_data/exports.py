"""Every change of an export's status, as guarded updates. Nothing else writes `status`.

    queued --claim--> running --finish--> ready --remove--> (no row)
      ^                  |---put_back---> queued, or failed after the last attempt
      `--return_expired--'  (its lease ran out)

`classifier.leases` has the leases. They are short and renewed while packing goes on, so a dead
worker is noticed soon however large the export is.
"""

import uuid
from datetime import timedelta

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now

from classifier.leases import Jobs, Lease, seconds_from_now
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.wakeup import wake_maintenance
from classifier.limits.ledger import count_export
from classifier.models import Export, Outfit
from classifier.storage import multipart, objects

log = structlog.get_logger(__name__)

Status = Export.Status
PENDING = (Status.QUEUED, Status.RUNNING)


JOBS = Jobs(Export, Status.QUEUED, Status.RUNNING, "FASI_EXPORT_LEASE_S", order=["created"])
ENDED = {"lease_until": None, "claimed_by": ""}


def key_of(export_id: uuid.UUID, attempt: int) -> str:
    """The key under which this attempt writes its file."""
    return f"{objects.EXPORTS}{export_id}/{attempt}.zip"


def keys_of(export_id: uuid.UUID, attempts: int) -> list[str]:
    """The keys under which so many attempts may have left a file."""
    return [key_of(export_id, attempt) for attempt in range(1, attempts + 1)]


def request_export(owner_id: int) -> Export:
    """Queue an export; one that is on its way is returned as it is, an older one is replaced.

    Raises StorageUnavailable, LimitReached, and then the older one is still there.
    """
    if known := Export.objects.filter(owner_id=owner_id, status__in=PENDING).first():
        return known
    count_export(owner_id)
    with transaction.atomic():
        # One request at a time, also while there is no export to lock.
        get_user_model().objects.select_for_update(no_key=True).get(pk=owner_id)
        known = Export.objects.select_for_update().filter(owner_id=owner_id).first()
        if known and known.pending:
            return known
        if known:
            _remove(known)
        total = Outfit.everything.filter(owner_id=owner_id).count()
        export = Export.objects.create(owner_id=owner_id, total=total)
        transaction.on_commit(wake_maintenance, robust=True)
    log.info("export_queued", export=str(export.pk), owner=owner_id)
    return export


def remove_export(export_id: uuid.UUID) -> bool:
    """Delete the row and its file, also one that is being prepared. Says whether it was there.

    Raises StorageUnavailable, and then the row is still there.
    """
    with transaction.atomic():
        # The lock keeps a worker from finishing under the row that goes.
        export = Export.objects.select_for_update().filter(pk=export_id).first()
        if export:
            _remove(export)
    return export is not None


def _remove(export: Export) -> None:
    # In this order: an upload that completes in between leaves an object for the second step.
    if export.upload_id:
        multipart.abort(key_of(export.pk, export.attempts), export.upload_id)
    objects.remove(keys_of(export.pk, export.attempts))
    export.delete()


def claim_export(worker: str) -> Lease[Export] | None:
    """Take the export that waits longest, if one does; its row names the upload to abort."""
    return JOBS.claim(claimed_by=worker, done=0, upload_id="")


def finish(lease: Lease[Export], size: int) -> bool:
    """The file is in the bucket: show it, for so many hours. False: the lease was lost."""
    return lease.end(
        status=Status.READY,
        key=key_of(lease.row.pk, lease.attempt),
        size=size,
        done=F("total"),
        ready=Now(),
        expires=Now() + timedelta(hours=settings.FASI_EXPORT_HOURS),
        upload_id="",
        error_code="",
        error_text="",
        **ENDED,
    )


def put_back(lease: Lease[Export], code: Failure, text: str) -> None:
    """Queue it again after a back-off, or fail what has no attempt left."""
    _end_attempt(lease.held, code, text)


def return_expired_exports() -> int:
    """Take back every export whose lease ran out. Returns how many."""
    return _end_attempt(
        JOBS.expired(),
        Failure.WORKER_LOST,
        "The lease ran out: the worker was killed, froze or lost its database.",
    )


def _end_attempt(exports: QuerySet[Export], code: Failure, text: str) -> int:
    used_up = Q(attempts__gte=settings.FASI_MAX_ATTEMPTS)
    return exports.update(
        status=Case(When(used_up, then=Value(Status.FAILED)), default=Value(Status.QUEUED)),
        error_code=code.value,
        error_text=text[:2000],
        not_before=seconds_from_now(settings.FASI_SWEEP_S),
        **ENDED,
    )


def expired_exports() -> list[uuid.UUID]:
    """Those whose time is over."""
    over = Export.objects.filter(status=Status.READY, expires__lte=Now())
    return list(over.values_list("pk", flat=True))
