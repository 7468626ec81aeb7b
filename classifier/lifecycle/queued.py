"""The outfits that wait: whether there are any, and which are not to be claimed."""

import uuid
from datetime import timedelta

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from classifier.models import Outfit

_FOREVER = timedelta(days=36_500)


def withhold(batch_id: uuid.UUID) -> None:
    """Let no claim take what waits of a cancelled batch: it is being removed."""
    waiting = Outfit.objects.filter(batch_id=batch_id, status=Outfit.Status.QUEUED)
    waiting.update(not_before=timezone.now() + _FOREVER)


def person_waits() -> bool:
    """Whether a photo that somebody has just uploaded waits for its prediction."""
    interactive = Outfit.objects.filter(priority=Outfit.Priority.INTERACTIVE)
    return (
        interactive.filter(status=Outfit.Status.QUEUED, not_before__lte=Now()).exists()
        or interactive.filter(status=Outfit.Status.RUNNING).exists()
    )


def work_waits() -> bool:
    """Whether some queued outfit may be claimed now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM classifier_outfit"
            " WHERE status = 'queued' AND not_before <= now())"
        )
        return bool(cursor.fetchone()[0])
