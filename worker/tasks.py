"""The Celery tasks: entry points only. Messages carry no work; the rows do.

Invariants: a task may be delivered twice, late, or to several workers at once, and nothing is done
twice (claims are exclusive, finishing is fenced); a task that is lost is made up for by the sweep.
"""

import structlog
from celery import shared_task
from celery.signals import worker_init, worker_process_init
from django.conf import settings

from classifier.checks import timing_errors
from classifier.removal import remove_orphans
from classifier.states import return_expired
from worker.process import work
from worker.runtime import report

log = structlog.get_logger(__name__)


@shared_task(name="worker.wake")
def wake() -> None:
    """There is work: claim and classify until nothing waits."""
    work(settings.FASI_SOFT_LIMIT_S / 4)


@shared_task(name="worker.sweep")
def sweep() -> None:
    """Return expired leases, report that this worker is warm, and do what was forgotten."""
    for outfit_id, status in return_expired():
        log.warning("lease_expired", outfit=str(outfit_id), status=status)
    report()
    work(settings.FASI_SOFT_LIMIT_S / 4)


@shared_task(name="worker.remove_orphans")
def remove_orphaned_objects() -> None:
    """Delete objects that have no row."""
    remove_orphans()


@worker_init.connect
def check_timing(**_: object) -> None:
    """Celery starts a worker although system checks fail, so refuse here."""
    if errors := timing_errors():
        raise SystemExit("The worker does not start. " + " ".join(errors))


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Load the engine in the child, never before the fork; the first photo must not wait for it."""
    try:
        report()
    except Exception:
        # The database may not be up yet, or no release active: the next sweep tries again.
        log.exception("worker_not_warm")
