"""Every change of an export's status, as guarded updates. Nothing else writes `status`.

    queued --claim--> running --finish--> ready --remove--> (no row)
      ^                  |---put_back---> queued, or failed after the last attempt
      `--return_expired--'  (its lease ran out)

The fence of a claim is (status running, attempts, claimed_by), as it is for outfits. A claim's
lease is short and renewed while packing goes on, so a dead worker is noticed soon however large
the export is.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from classifier.lifecycle.failures import Failure
from classifier.lifecycle.wakeup import wake_maintenance
from classifier.models import Export, Outfit
from classifier.storage import multipart, objects

log = structlog.get_logger(__name__)

Status = Export.Status


@dataclass(frozen=True)
class Claim:
    """One export that a worker holds as long as it renews its lease."""

    export_id: uuid.UUID
    owner_id: int
    attempt: int
    worker: str
    requested: datetime
    abandoned: str
    """The upload of the attempt before, which nobody completed; empty if there is none."""

    @property
    def key(self) -> str:
        """Where this attempt writes: each has a key of its own, so that none overwrites another."""
        return key_of(self.export_id, self.attempt)

    @property
    def held(self) -> Q:
        """The fence."""
        return Q(
            pk=self.export_id, status=Status.RUNNING, attempts=self.attempt, claimed_by=self.worker
        )


def key_of(export_id: uuid.UUID, attempt: int) -> str:
    """The key under which this attempt writes its file."""
    return f"{objects.EXPORTS}{export_id}/{attempt}.zip"


def keys_of(export_id: uuid.UUID, attempts: int) -> list[str]:
    """The keys under which so many attempts may have left a file."""
    return [key_of(export_id, attempt) for attempt in range(1, attempts + 1)]


def request_export(owner_id: int) -> Export:
    """Queue an export; one that is on its way is returned as it is, an older one is replaced.

    Raises StorageUnavailable, and then the older one is still there.
    """
    with transaction.atomic():
        known = Export.objects.select_for_update().filter(owner_id=owner_id).first()
        if known and known.pending:
            return known
        if known:
            _remove(known)
        total = Outfit.objects.filter(owner_id=owner_id).count()
        export, _ = Export.objects.get_or_create(owner_id=owner_id, defaults={"total": total})
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


_CLAIM = """
    UPDATE classifier_export AS export
    SET status = 'running', attempts = attempts + 1, claimed_by = %(worker)s, done = 0,
        lease_until = now() + make_interval(secs => %(lease_s)s), upload_id = ''
    FROM (SELECT id, upload_id FROM classifier_export
          WHERE status = 'queued' AND not_before <= now()
          ORDER BY created LIMIT 1 FOR UPDATE SKIP LOCKED) AS waiting
    WHERE export.id = waiting.id
    RETURNING export.id, export.owner_id, export.attempts, export.claimed_by, export.created,
              waiting.upload_id
"""


def claim_export(worker: str) -> Claim | None:
    """Take the export that waits longest, if one does."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"worker": worker, "lease_s": settings.FASI_EXPORT_LEASE_S})
        row = cursor.fetchone()
    return Claim(*row) if row else None


def renew(claim: Claim, **progress: object) -> bool:
    """Prolong the lease, and write down how far it is. False: the lease is lost, stop."""
    lease = timezone.now() + timedelta(seconds=settings.FASI_EXPORT_LEASE_S)
    return bool(Export.objects.filter(claim.held).update(lease_until=lease, **progress))


def finish(claim: Claim, size: int) -> bool:
    """The file is in the bucket: show it, for so many hours. False: the lease was lost."""
    now = timezone.now()
    return bool(
        Export.objects.filter(claim.held).update(
            status=Status.READY,
            key=claim.key,
            size=size,
            done=F("total"),
            ready=now,
            expires=now + timedelta(hours=settings.FASI_EXPORT_HOURS),
            lease_until=None,
            claimed_by="",
            upload_id="",
            error_code="",
            error_text="",
        )
    )


def put_back(claim: Claim, code: Failure, text: str) -> None:
    """Queue it again after a back-off, or fail what has no attempt left."""
    _end_attempt(Export.objects.filter(claim.held), code, text)


def return_expired_exports() -> int:
    """Take back every export whose lease ran out. Returns how many."""
    expired = Export.objects.filter(status=Status.RUNNING, lease_until__lt=timezone.now())
    return _end_attempt(
        expired,
        Failure.WORKER_LOST,
        "The lease ran out: the worker was killed, froze or lost its database.",
    )


def _end_attempt(exports: QuerySet[Export], code: Failure, text: str) -> int:
    used_up = Q(attempts__gte=settings.FASI_MAX_ATTEMPTS)
    return exports.update(
        status=Case(When(used_up, then=Value(Status.FAILED)), default=Value(Status.QUEUED)),
        error_code=code.value,
        error_text=text[:2000],
        lease_until=None,
        claimed_by="",
        not_before=timezone.now() + timedelta(seconds=settings.FASI_SWEEP_S),
    )


def expired_exports() -> list[uuid.UUID]:
    """Those whose time is over."""
    over = Export.objects.filter(status=Status.READY, expires__lte=timezone.now())
    return list(over.values_list("pk", flat=True))
