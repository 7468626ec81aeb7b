"""Unpacks ZIPs into batches, file by file, and goes on where a killed worker was."""

from tempfile import TemporaryFile
from typing import IO
from zipfile import ZipFile, ZipInfo

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.files.base import ContentFile

from classifier.batches import unpacking, zips
from classifier.batches.service import add_photo, leave_out
from classifier.batches.unpacking import key_of
from classifier.leases import Lease, LeaseLost
from classifier.models import Unpacking
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing, StorageUnavailable
from classifier.uploads.refusals import Refusal, Refused

log = structlog.get_logger(__name__)

ENDS_IT = {Refusal.DAILY_QUOTA, Refusal.STORAGE_QUOTA, Refusal.BATCH_CANCELLED}
"""No other file of the ZIP would be accepted now."""
NOT_NOW = {Refusal.STORAGE_UNAVAILABLE, Refusal.DECODERS_BUSY}
"""The same file may be accepted a moment later."""
PAUSE_S = 30


class Stopped(Exception):
    """The rest of the ZIP cannot be taken; the argument is the reason."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _NotNow(Exception):
    """This file, and all behind it, have to wait a moment."""


def unpack(lease: Lease[Unpacking]) -> None:
    """Make outfits of the ZIP's files; its object goes when nobody needs it any more."""
    try:
        with TemporaryFile() as file:
            objects.get_file(key_of(lease.row.pk), file)
            _take_all(lease, file)
        unpacking.finish(lease)
    except LeaseLost:
        log.warning("unpacking_lease_was_lost", batch=str(lease.row.pk), attempt=lease.attempt)
    except Stopped as stopped:
        unpacking.stop(lease, stopped.reason)
        log.info("unpacking_stopped", batch=str(lease.row.pk), reason=stopped.reason)
    except ObjectMissing:
        unpacking.stop(lease, Refusal.ZIP_BROKEN)
    except (StorageUnavailable, _NotNow) as error:
        unpacking.put_back(lease, PAUSE_S)
        log.warning("unpacking_put_back", batch=str(lease.row.pk), error=str(error))
    except SoftTimeLimitExceeded:
        unpacking.put_back(lease, 0)
        raise
    if not unpacking.pending_among({lease.row.pk}):
        _discard(lease)


def _take_all(lease: Lease[Unpacking], file: IO[bytes]) -> None:
    """Raises LeaseLost, Stopped, _NotNow."""
    row = lease.row
    try:
        with zips.opened(file) as archive:
            files = zips.files_of(archive)
            for place in range(lease.row.done, len(files)):
                if place == lease.row.done and lease.row.deaths >= settings.FASI_MAX_ATTEMPTS:
                    # Its workers died, each of them: go on behind it.
                    name = zips.name_of(files[place])
                    leave_out(row.batch, name, Refusal.FILE_ENDS_WORKERS)
                else:
                    _take(row, archive, files[place])
                unpacking.renew(lease, place + 1)
    except Refused as refused:  # of the whole ZIP: the site's limits may have changed since
        raise Stopped(refused.reason) from refused


def _take(row: Unpacking, archive: ZipFile, info: ZipInfo) -> None:
    """Raises Stopped, _NotNow; what is wrong with the file itself is noted."""
    name = zips.name_of(info)
    try:
        data = zips.read(archive, info)
    except Refused as refused:
        leave_out(row.batch, name, refused.reason)
        return
    try:
        photo = ContentFile(data, name)
        add_photo(
            row.batch, photo, name=name, ip_address=row.address, wardrobe=row.wardrobe, paced=True
        )
    except Refused as refused:
        if refused.reason in ENDS_IT:
            raise Stopped(refused.reason) from refused
        if refused.reason in NOT_NOW:
            raise _NotNow(f"{name}: {refused.reason}") from refused


def _discard(lease: Lease[Unpacking]) -> None:
    try:
        objects.remove([key_of(lease.row.pk)])
    except StorageUnavailable as error:  # nobody needs it, so the orphan sweep takes it
        log.warning("objects_left_behind", batch=str(lease.row.pk), error=str(error))
