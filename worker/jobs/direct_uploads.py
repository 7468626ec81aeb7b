"""Checks photos that came straight into the bucket, before anybody sees them."""

from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile

from classifier.batches.service import add_photo
from classifier.leases import Lease
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.wakeup import wake_upload_check
from classifier.models import DirectUpload, Outfit
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing, StorageUnavailable
from classifier.uploads import direct
from classifier.uploads.accept import accept_photo
from classifier.uploads.direct import MOST_ATTEMPTS
from classifier.uploads.refusals import Refusal, Refused

log = structlog.get_logger(__name__)


# A task stays short, so that photos that somebody waits for come in between.
AT_A_TIME = 10
LATER = (Refusal.RATE, Refusal.STORAGE_UNAVAILABLE, Refusal.DECODERS_BUSY)


def check_uploads() -> int:
    """Check some uploads; if more may wait, they get a new wake-up. Returns how many it checked."""
    for checked in range(AT_A_TIME):
        lease = direct.claim_upload()
        if lease is None:
            return checked
        check(lease)
    wake_upload_check()
    return AT_A_TIME


def end_forms() -> None:
    """End uploads whose time is over, and remove what was sent with a form that was used before."""
    direct.expire()
    try:
        direct.clear()
    except StorageUnavailable as error:  # the next time then
        log.warning("forms_not_cleared", error=str(error))


def check(lease: Lease[DirectUpload]) -> None:
    """Make an outfit of an upload, as of any photo, or refuse it; its object goes either way."""
    if lease.attempt > MOST_ATTEMPTS:  # its workers died, each of them
        direct.refuse(lease, Failure.WORKER_LOST)
    elif not _settled(lease):
        return
    _discard(lease.row.key)


def _settled(lease: Lease[DirectUpload]) -> bool:
    """Accept or refuse it; False where it has to be checked again later."""
    try:
        direct.accept(lease, _accepted(lease))
    except ObjectMissing:
        direct.refuse(lease, Refusal.NO_FILE)
    except StorageUnavailable:
        return _later(lease, Refused(Refusal.STORAGE_UNAVAILABLE))
    except Refused as refused:
        if refused.reason in LATER:
            return _later(lease, refused)
        direct.refuse(lease, refused.reason)
        log.info("upload_refused", upload=str(lease.row.pk), reason=refused.reason)
    return True


def _later(lease: Lease[DirectUpload], refused: Refused) -> bool:
    direct.put_back(lease, refused.retry_after_s, refused.reason)
    return False


def _accepted(lease: Lease[DirectUpload]) -> Outfit:
    """Raises Refused, ObjectMissing, StorageUnavailable."""
    upload = lease.row
    # The policy limits the size already; a bucket that ignores it must not fill our memory.
    if objects.size(upload.key) > settings.FASI_MAX_UPLOAD_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    photo = ContentFile(objects.get(upload.key), upload.name)
    # Only programs ask for a form.
    given: dict[str, Any] = {
        "ip_address": upload.address,
        "wardrobe": upload.wardrobe,
        "source": Outfit.Source.API,
        "counted": True,
    }
    if upload.batch:
        return add_photo(upload.batch, photo, **given).outfit
    return accept_photo(upload.owner_id, photo, **given).outfit


def _discard(key: str) -> None:
    try:
        objects.remove([key])
    except StorageUnavailable as error:  # its row is ended, so the orphan sweep takes it
        log.warning("objects_left_behind", key=key, error=str(error))
