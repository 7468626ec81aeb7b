"""Deleting: rows and objects go together, and objects that have no row go soon after."""

import uuid
from collections.abc import Collection

import structlog
from django.db import transaction

from classifier.models import Outfit
from classifier.storage import objects

log = structlog.get_logger(__name__)


def remove_outfit(outfit: Outfit) -> None:
    """Delete the outfit: its objects first, so that no byte outlives a row that says "deleted".

    Raises StorageUnavailable, and then the outfit is still there, to be deleted again.
    """
    if remove_outfits([outfit.pk]):
        log.info("outfit_removed", outfit=str(outfit.pk))


def remove_outfits(ids: Collection[uuid.UUID], status: str = "") -> int:
    """Delete these outfits, objects first, in one transaction. Returns how many there were.

    With a `status` only those that have it now. Raises StorageUnavailable, and then all of them are
    still there.
    """
    chosen = Outfit.everything.filter(pk__in=ids)
    if status:
        chosen = chosen.filter(status=status)
    with transaction.atomic():
        # The lock keeps a worker from writing a prediction under a row that goes. In the order of
        # their ids, as `reviews.verdicts.lock`.
        rows = chosen.order_by("pk").select_for_update()
        locked = list(rows.values_list("pk", "photo_key", "thumb_key"))
        objects.remove(key for pk, *keys in locked for key in (*keys, *objects.derived_keys(pk)))
        Outfit.everything.filter(pk__in=[pk for pk, *_ in locked]).delete()
    return len(locked)
