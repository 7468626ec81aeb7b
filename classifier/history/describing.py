"""What is worked out of each outfit after its style is known: its palette, and its words.

A palette costs some ten milliseconds and a fetch from S3, so neither a worker nor a page pays for
it: maintenance does, while no photo waits. The page of an outfit asks again until it is there. For
workers: needs numpy.
"""

import uuid
from collections.abc import Callable, Collection
from time import monotonic

import structlog
from django.db import transaction

from classifier.history.palette import stored
from classifier.history.search import words_of
from classifier.history.worn_colours import palette_of
from classifier.models import Outfit, Prediction
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing

log = structlog.get_logger(__name__)

PORTION = 16
"""Photos that are fetched at the same time."""


def describe_waiting(budget_s: float, busy: Callable[[], bool]) -> int:
    """Describe what has no palette yet, oldest first, for so many seconds and while not `busy`.

    Returns how many outfits that were. Raises StorageUnavailable.
    """
    until, described = monotonic() + budget_s, 0
    waiting = Outfit.objects.filter(status=Outfit.Status.DONE, palette__isnull=True)
    while monotonic() < until and not busy():
        portion = list(waiting.order_by("classified", "pk").values_list("pk", flat=True)[:PORTION])
        if not portion:
            break
        describe(portion)
        described += len(portion)
    return described


def describe(ids: Collection[uuid.UUID]) -> None:
    """Work out palette and words of these outfits. Raises StorageUnavailable."""
    rows = Outfit.objects.filter(pk__in=ids, status=Outfit.Status.DONE)
    keys = dict(rows.values_list("pk", "thumb_key"))
    spoke = Prediction.objects.filter(outfit__in=keys, shown=True)
    maps = dict(spoke.values_list("outfit", "activation_map"))
    thumbs = objects.fetchers().map(_thumb, keys.values())
    for outfit_id, thumb in zip(keys, thumbs, strict=True):
        palette = _palette(outfit_id, thumb, bytes(maps.get(outfit_id, b"")))
        with transaction.atomic():
            outfit = Outfit.objects.select_for_update().filter(pk=outfit_id).first()
            if outfit:
                outfit.palette = palette
                Outfit.objects.filter(pk=outfit_id).update(palette=palette, words=words_of(outfit))


def _thumb(key: str) -> bytes:
    try:
        return objects.get(key)
    except ObjectMissing:
        return b""


def _palette(outfit_id: uuid.UUID, thumb: bytes, activation_map: bytes) -> list[list[str | float]]:
    """Empty where there is no photo to look at: it is not tried again."""
    try:
        return stored(palette_of(thumb, activation_map)) if thumb else []
    except OSError:
        log.warning("no_palette", outfit=str(outfit_id))
        return []
