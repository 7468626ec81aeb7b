"""The wake-up: a Celery message that carries no work, only "there is work".

Wake-ups coalesce: while one waits in the broker, another would say nothing new. A key in the cache
says that one waits; whoever gets the wake-up takes the key away *before* claiming, so a row that
was committed while the key was there is always claimed by that wake-up or a later one. The key
lasts one sweep: a wake-up that got lost delays nothing for longer than the sweep would.
"""

import structlog
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from classifier.monitoring.metrics import WAKE_UPS

log = structlog.get_logger(__name__)

WAKE_TASK = "worker.wake"
MAINTENANCE_TASK = "worker.chores"
UPLOADS_TASK = "worker.check_uploads"
DELIVERY_TASK = "worker.deliver"
BACKFILL_TASK = "worker.backfill"
_PENDING = "wake-up-pending"


def wake_worker() -> None:
    """Publish one wake-up, unless one waits already.

    If the broker is down, the sweep will wake a worker later.
    """
    if not _is_first():
        WAKE_UPS.labels("coalesced").inc()
    elif _published(WAKE_TASK):
        WAKE_UPS.labels("published").inc()
    else:
        WAKE_UPS.labels("failed").inc()
        wake_up_came()  # nothing waits: the next upload tries again


def wake_maintenance() -> None:
    """Wake the maintenance process: there is work for it. Without the broker the schedule does."""
    _published(MAINTENANCE_TASK)


def wake_backfill() -> None:
    """Wake the process for backfills: one was begun. Without the broker the schedule does."""
    _published(BACKFILL_TASK)


def wake_upload_check() -> None:
    """Wake a worker to check direct uploads. Without the broker the sweep does it."""
    _published(UPLOADS_TASK)


def wake_delivery() -> None:
    """Wake a worker to send deliveries of webhooks. Without the broker the sweep does it."""
    _published(DELIVERY_TASK)


def wake_up_came() -> None:
    """The wake-up is here: rows that are committed from now on want another."""
    try:
        cache.delete(_PENDING)
    except RedisError as error:
        log.warning("wake_ups_not_counted", error=str(error))


def _published(task: str) -> bool:
    try:
        current_app.send_task(task)
    except (OperationalError, OSError) as error:
        log.warning("wake_up_not_published", task=task, error=str(error))
        return False
    return True


def _is_first() -> bool:
    """Whether no other wake-up waits; without the cache each counts as the first."""
    try:
        return cache.add(_PENDING, 1, timeout=settings.FASI_SWEEP_S)
    except RedisError as error:
        log.warning("wake_ups_not_counted", error=str(error))
        return True
