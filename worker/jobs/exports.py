"""From a claimed export to a ZIP file in the bucket."""

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth import get_user_model

from classifier.leases import Lease, LeaseLost
from classifier.lifecycle.failures import Failure
from classifier.models import Export
from classifier.personal_data import exports
from classifier.personal_data.archive import write_archive
from classifier.storage import multipart, objects
from classifier.storage.multipart import MultipartObject
from classifier.storage.objects import StorageUnavailable

log = structlog.get_logger(__name__)


def prepare(lease: Lease[Export]) -> None:
    """Pack the claimed export, send it to the bucket while it is packed, and show it."""
    try:
        _discard_attempts_before(lease)
        size = _pack(lease)
        if not exports.finish(lease, size):
            objects.remove([exports.key_of(lease.row.pk, lease.attempt)])
            raise LeaseLost
    except LeaseLost:
        log.warning("export_lease_was_lost", export=str(lease.row.pk), attempt=lease.attempt)
    except StorageUnavailable as error:
        log.warning("export_put_back", export=str(lease.row.pk), error=str(error))
        exports.put_back(lease, Failure.STORAGE_UNAVAILABLE, str(error))
    except SoftTimeLimitExceeded:
        exports.put_back(lease, Failure.TIMED_OUT, "The task's soft time limit ran out.")
        raise
    else:
        log.info("export_ready", export=str(lease.row.pk), bytes=size)


def _discard_attempts_before(lease: Lease[Export]) -> None:
    before = lease.attempt - 1
    if lease.row.upload_id:
        multipart.abort(exports.key_of(lease.row.pk, before), lease.row.upload_id)
    objects.remove(exports.keys_of(lease.row.pk, before))


def _pack(lease: Lease[Export]) -> int:
    """Returns the size of the file, which is complete then; if anything is wrong, none is left."""
    target = MultipartObject(exports.key_of(lease.row.pk, lease.attempt), objects.ZIP)

    try:
        lease.renew(upload_id=target.upload_id)
        owner = get_user_model().objects.get(pk=lease.row.owner_id)
        write_archive(target, owner, lease.row.created, lambda packed: lease.renew(done=packed))
        lease.renew()
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
