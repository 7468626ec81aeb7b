"""The Celery tasks: entry points only. Messages carry no work; the rows do.

Invariants: a task may be delivered twice, late, or to several workers at once, and nothing is done
twice (claims are exclusive, finishing is fenced); a task that is lost is made up for by the sweep.
"""

import structlog
from celery import current_app, shared_task
from celery.signals import worker_init, worker_process_init, worker_process_shutdown
from django.conf import settings

from classifier.checks import share_errors, timing_errors
from classifier.lifecycle.attempts import return_expired
from classifier.lifecycle.wakeup import wake_up_came
from classifier.monitoring.metrics import LEASES_EXPIRED
from classifier.orphans import remove_orphans
from classifier.retraining.promotion import promote_what_is_better
from classifier.retraining.schedule import queue_if_due
from worker.classification import work
from worker.jobs.backfill import run_backfills, step_behind_everybody
from worker.jobs.cleaning import remove_expired
from worker.jobs.direct_uploads import check_uploads, end_forms
from worker.jobs.maintenance import run_maintenance
from worker.jobs.webhooks import start_delivering
from worker.loaded_model import report
from worker.metrics_server import serve_metrics
from worker.watching import start_watching, stop_watching

log = structlog.get_logger(__name__)


@shared_task(name="worker.wake")
def wake() -> None:
    """There is work: claim and classify until nothing waits."""
    wake_up_came()
    work(settings.FASI_SOFT_LIMIT_S / 4)
    start_delivering()


@shared_task(name="worker.sweep")
def sweep() -> None:
    """Return expired leases, report that this worker is warm, and do what was forgotten."""
    for outfit_id, status in return_expired():
        log.warning("lease_expired", outfit=str(outfit_id), status=status)
        LEASES_EXPIRED.inc()
    report()
    work(settings.FASI_SOFT_LIMIT_S / 4)


LONG = {
    "soft_time_limit": settings.FASI_CHORE_LIMIT_S,
    "time_limit": settings.FASI_CHORE_LIMIT_S + settings.FASI_IO_TIMEOUT_S,
}


@shared_task(name="worker.chores", **LONG)
def maintenance() -> None:
    """Prepare exports, unpack ZIPs, erase closed accounts, remove what is over or cancelled."""
    run_maintenance()


@shared_task(name="worker.backfill", **LONG)
def backfill() -> None:
    """Predict in the background what other releases have predicted."""
    step_behind_everybody()  # for good: the process ends after the task
    run_backfills()


@shared_task(name="worker.check_uploads")
def check_direct_uploads() -> None:
    """Check photos that came straight into the bucket."""
    check_uploads()


@shared_task(name="worker.end_forms")
def end_upload_forms() -> None:
    """End forms of direct uploads whose time is over, and what was sent with them again."""
    end_forms()


@shared_task(name="worker.deliver")
def deliver() -> None:
    """Send the deliveries of webhooks that are due."""
    start_delivering()


@shared_task(name="worker.remove_orphans", **LONG)
def remove_orphaned_objects() -> None:
    """End and forget what is over, and delete objects that have no row."""
    remove_expired()
    remove_orphans()


@shared_task(name="worker.look_at_retraining", **LONG)
def look_at_retraining() -> None:
    """Promote a candidate that may promote itself, and queue a retraining that is due.

    No process of Celery takes one: `manage.py retrain` does.
    """
    promote_what_is_better()
    queue_if_due()


@worker_init.connect
def check_settings(**_: object) -> None:
    """Celery starts a worker although system checks fail, so refuse here."""
    if errors := [*timing_errors(), *share_errors()]:
        raise SystemExit("The worker does not start. " + " ".join(errors))


@worker_init.connect
def show_metrics(**_: object) -> None:
    """Where FASI_METRICS_PORT says so, the main process of a worker answers Prometheus."""
    if settings.FASI_METRICS_PORT:
        serve_metrics(settings.FASI_METRICS_BIND, settings.FASI_METRICS_PORT)


@worker_process_init.connect
def warm_up(**_: object) -> None:
    """Load the engine in the child, never before the fork; the first photo must not wait for it.

    A worker for maintenance or for backfills only has none.
    """
    if settings.CELERY_TASK_DEFAULT_QUEUE not in current_app.amqp.queues.consume_from:
        return
    try:
        report()
    except Exception:
        # The database may not be up yet, or no release active: it is tried again soon.
        log.exception("worker_not_warm")
    start_watching()


@worker_process_shutdown.connect
def cool_down(**_: object) -> None:
    """No thread of ours compiles a model while the process goes."""
    stop_watching()
