"""Long work that is not classifying: exports, erasures, ZIPs, what is over. Rows say what to do.

It has a queue and a process of its own, without an engine: an export of thousands of photos must
not keep a single photo waiting for its style.
"""

from collections.abc import Callable
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth import get_user_model

from classifier import batches, exports, multipart, objects, unpacking
from classifier.archive import write_archive
from classifier.erasure import erase
from classifier.failures import Failure
from classifier.models import Erasure
from classifier.multipart import MultipartObject
from classifier.objects import StorageUnavailable
from worker.runtime import worker_name
from worker.unpacker import unpack

log = structlog.get_logger(__name__)

ZIP = "application/zip"


class LeaseLost(Exception):
    """Another worker may have the export by now, or its owner took it back: stop."""


def do_chores() -> None:
    """Do all that waits; what fails for want of S3 stays to be done next time."""
    if count := exports.return_expired_exports():
        log.warning("export_leases_expired", count=count)
    for owner_id in Erasure.objects.order_by("requested").values_list("owner", flat=True):
        _try(erase, owner_id)
    for export_id in exports.expired_exports():
        _try(exports.remove_export, export_id)
    for batch_id in batches.cancelled_batches():
        _try(batches.clear, batch_id)
    if count := unpacking.return_expired_zips():
        log.warning("unpacking_leases_expired", count=count)
    while claim := exports.claim_export(worker_name()):
        prepare(claim)
    while zip_claim := unpacking.claim_zip(worker_name()):
        unpack(zip_claim)


def _try(chore: Callable[[Any], object], of: Any) -> None:
    """What cannot be done now stays to be done, and must not hold up the others."""
    try:
        chore(of)
    except SoftTimeLimitExceeded:
        raise
    except StorageUnavailable as error:
        log.error("chore_put_off", error=str(error))
    except Exception:
        log.exception("chore_failed")


def prepare(claim: exports.Claim) -> None:
    """Pack the claimed export, send it to the bucket while it is packed, and show it."""
    try:
        _discard_attempts_before(claim)
        size = _pack(claim)
        if not exports.finish(claim, size):
            objects.remove([claim.key])
            raise LeaseLost
    except LeaseLost:
        log.warning("export_lease_was_lost", export=str(claim.export_id), attempt=claim.attempt)
    except StorageUnavailable as error:
        log.warning("export_put_back", export=str(claim.export_id), error=str(error))
        exports.put_back(claim, Failure.STORAGE_UNAVAILABLE, str(error))
    except SoftTimeLimitExceeded:
        exports.put_back(claim, Failure.TIMED_OUT, "The task's soft time limit ran out.")
        raise
    else:
        log.info("export_ready", export=str(claim.export_id), bytes=size)


def _discard_attempts_before(claim: exports.Claim) -> None:
    before = claim.attempt - 1
    if claim.abandoned:
        multipart.abort(exports.key_of(claim.export_id, before), claim.abandoned)
    objects.remove(exports.keys_of(claim.export_id, before))


def _pack(claim: exports.Claim) -> int:
    """Returns the size of the file, which is complete then; if anything is wrong, none is left."""
    target = MultipartObject(claim.key, ZIP)

    def keep(**progress: object) -> None:
        if not exports.renew(claim, **progress):
            raise LeaseLost

    try:
        keep(upload_id=target.upload_id)
        owner = get_user_model().objects.get(pk=claim.owner_id)
        write_archive(target, owner, claim.requested, lambda packed: keep(done=packed))
        keep()
        target.complete()
    except BaseException:
        _abort(target)
        raise
    return target.size


def _abort(target: MultipartObject) -> None:
    """Best effort: the next attempt, or the sweep of orphans, finds what stays."""
    try:
        multipart.abort(target.key, target.upload_id)
    except StorageUnavailable as error:
        log.warning("upload_left_behind", key=target.key, error=str(error))
