"""Retrainings that the settings ask for: the schedule looks now and then whether one is due."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from classifier.retraining import queue
from classifier.retraining.enough import TooFew

log = structlog.get_logger(__name__)


def queue_if_due() -> None:
    """Queue one when the last is FASI_RETRAIN_EVERY_DAYS old, and there is enough to learn from."""
    days = settings.FASI_RETRAIN_EVERY_DAYS
    last = next(iter(queue.latest(1)), None)
    if not days or (last and last.created > timezone.now() - timedelta(days=days)):
        return
    try:
        queue.request_retraining()
    except (queue.AlreadyPending, queue.NoActiveRelease, TooFew) as refused:
        log.info("retraining_not_queued", reason=str(refused))
