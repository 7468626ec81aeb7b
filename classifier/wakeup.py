"""The wake-up: a Celery message that carries no work, only "there is work"."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

WAKE_TASK = "worker.wake"


def wake_worker() -> None:
    """Publish one wake-up. If the broker is down, the sweep will wake a worker later."""
    try:
        current_app.send_task(WAKE_TASK)
    except (OperationalError, OSError) as error:
        log.warning("wake_up_not_published", error=str(error))
