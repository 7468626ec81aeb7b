"""Long jobs that are not classification: exports, erasures, ZIPs, weeks of traffic. Rows say what.

It has a queue and a process of its own, without an engine: an export of thousands of photos must
not keep a single photo waiting for its style.
"""

from collections.abc import Callable
from typing import Any

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from classifier.batches import service, unpacking
from classifier.catalogue_items.indexing import index_catalogue
from classifier.drift.measuring import measure_if_due
from classifier.history.describing import describe_waiting
from classifier.lifecycle.queued import work_waits
from classifier.models import Erasure
from classifier.personal_data import exports
from classifier.personal_data.erasure import erase
from classifier.personalization.trial import watch_trial
from classifier.ready_mails import send_ready_mails
from classifier.retraining import queue as retraining
from classifier.reviews import filling
from classifier.storage.objects import StorageUnavailable
from worker.jobs.exports import prepare
from worker.jobs.zips import unpack
from worker.loaded_model import worker_name

log = structlog.get_logger(__name__)

CATALOGUE_FOR_S = 20
"""So long new items of the catalogue are brought into its index."""
REVIEWS_FOR_S = 20
"""So long new predictions are brought into the review queue before other jobs have their turn."""
PALETTES_FOR_S = 20
"""So long new outfits are described, if no photo waits for a worker."""


def run_maintenance() -> None:
    """Do all that waits; what fails for want of S3 stays to be done next time."""
    if count := exports.return_expired_exports():
        log.warning("export_leases_expired", count=count)
    for owner_id in Erasure.objects.order_by("requested").values_list("owner", flat=True):
        _try(erase, owner_id)
    for export_id in exports.expired_exports():
        _try(exports.remove_export, export_id)
    for batch_id in service.cancelled_batches():
        _try(service.clear, batch_id)
    if retraining.return_expired():
        log.warning("retraining_lease_expired")
    if count := unpacking.return_expired_zips():
        log.warning("unpacking_leases_expired", count=count)
    _try(index_catalogue, CATALOGUE_FOR_S)
    _try(lambda _: watch_trial(), None)
    _try(filling.fill, REVIEWS_FOR_S)
    _try(lambda _: measure_if_due(), None)
    _try(lambda seconds: describe_waiting(seconds, work_waits), PALETTES_FOR_S)
    while export := exports.claim_export(worker_name()):
        prepare(export)
    while zip_file := unpacking.claim_zip(worker_name()):
        unpack(zip_file)
    _try(lambda _: send_ready_mails(), None)


def _try(job: Callable[[Any], object], of: Any) -> None:
    """What cannot be done now stays to be done, and must not hold up the others."""
    try:
        job(of)
    except SoftTimeLimitExceeded:
        raise
    except StorageUnavailable as error:
        log.error("maintenance_postponed", error=str(error))
    except Exception:
        log.exception("maintenance_failed")
