"""Deleting: rows and objects go together, and objects that have no row go soon after."""

import uuid
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from classifier import objects
from classifier.models import Outfit

log = structlog.get_logger(__name__)

# An upload stores its objects a moment before it records its row.
ORPHAN_AGE = timedelta(hours=1)


def remove_outfit(outfit: Outfit) -> None:
    """Delete the outfit: its objects first, so that no byte outlives a row that says "deleted".

    Raises StorageUnavailable, and then the outfit is still there, to be deleted again.
    """
    with transaction.atomic():
        # The lock keeps a worker from writing a prediction under the row that goes.
        locked = Outfit.objects.select_for_update().filter(pk=outfit.pk).first()
        if locked is None:
            return
        objects.remove([locked.photo_key, locked.thumb_key])
        locked.delete()
    log.info("outfit_removed", outfit=str(outfit.pk))


def remove_orphans(now: datetime | None = None) -> int:
    """Delete objects of outfits that have no row, once they are ORPHAN_AGE old. Returns how many.

    They stem from an upload that was cut off between storing and recording.
    """
    oldest = (now or timezone.now()) - ORPHAN_AGE
    removed = 0
    batch: dict[str, uuid.UUID] = {}
    for key, changed in objects.listing(objects.OUTFITS):
        if changed < oldest and (outfit_id := _outfit_of(key)):
            batch[key] = outfit_id
        if len(batch) >= 1000:
            removed += _remove_without_row(batch)
            batch = {}
    return removed + _remove_without_row(batch)


def _outfit_of(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key.removeprefix(objects.OUTFITS).split("/")[0])
    except ValueError:
        return None


def _remove_without_row(batch: dict[str, uuid.UUID]) -> int:
    known = set(Outfit.objects.filter(pk__in=set(batch.values())).values_list("pk", flat=True))
    orphans = [key for key, outfit_id in batch.items() if outfit_id not in known]
    objects.remove(orphans)
    if orphans:
        log.warning("orphans_removed", count=len(orphans))
    return len(orphans)
