"""Somebody takes each queue, has a release loaded, and is woken by the schedule."""

from collections.abc import Iterator

from celery import current_app
from django.conf import settings

from classifier.doctor.findings import Finding, Options, error, ok, warning
from classifier.models import Release
from classifier.monitoring.heartbeat import warm_worker
from classifier.monitoring.serving import serving_workers

ANSWER_S = 3.0


def check(_: Options) -> Iterator[Finding]:
    """Ask the workers which queues they take, and the rows what they have loaded."""
    queues = {
        settings.CELERY_TASK_DEFAULT_QUEUE: "photos are not classified",
        settings.FASI_CHORES_QUEUE: "exports, erasures and ZIPs wait",
        settings.FASI_BACKFILL_QUEUE: "shadows and backfills wait",
    }
    answers = current_app.control.inspect(timeout=ANSWER_S).active_queues() or {}
    taken = {queue["name"] for each in answers.values() for queue in each}
    for queue, consequence in queues.items():
        if queue not in taken:
            yield error(
                "workers.none",
                f"No worker that answers takes the queue {queue!r}: {consequence}.",
                f"Start one: `celery -A fasi_site worker -Q {queue}` (`fasi up` does).",
            )
    if settings.CELERY_TASK_DEFAULT_QUEUE in taken:
        yield from _serving()
    if not set(queues) - taken:
        yield ok("workers.ok", f"Workers take all queues: {', '.join(sorted(answers))}.")


def _serving() -> Iterator[Finding]:
    if not Release.objects.filter(status=Release.Status.ACTIVE).exists():
        yield error(
            "workers.release",
            "No release is active, so no worker can classify.",
            "`manage.py setup_site` registers the starter; or `manage.py release promote NAME`.",
        )
        return
    for worker in serving_workers().exclude(refused=""):
        yield warning(
            "workers.refused",
            f"Worker {worker.name} could not load {worker.refused}: {worker.reason}",
            "docs/operations.md, Releases, has what to do; the release before goes on serving.",
        )
    if warm_worker() is None:
        yield error(
            "workers.schedule",
            "No sweep has reached a worker lately: what a lost worker had is not taken again.",
            "Start the schedule, once: `celery -A fasi_site beat` (`fasi up` does).",
        )
