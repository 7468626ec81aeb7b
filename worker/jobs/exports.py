"""From a claimed export to a ZIP file in the bucket."""

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth import get_user_model

from classifier.lifecycle.failures import Failure
from classifier.personal_data import exports
from classifier.personal_data.archive import write_archive
from classifier.storage import multipart, objects
from classifier.storage.multipart import MultipartObject
from classifier.storage.objects import StorageUnavailable

log = structlog.get_logger(__name__)

ZIP = "application/zip"


class LeaseLost(Exception):
    """Another worker may have the export by now, or its owner took it back: stop."""


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
