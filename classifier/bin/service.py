"""Throwing away, taking back, and removing for good what is in the bin.

The photos stay where they are meanwhile, and their bytes count as stored (`classifier.limits`):
whoever could throw away and upload for ever would have no quota. For everybody but the owner's
bin the outfit does not exist; see `classifier.models.Outfit`.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from classifier.lifecycle.binning import bring_back, put_away
from classifier.lifecycle.removal import remove_outfits
from classifier.models import Binned, Outfit, ReviewItem
from classifier.reviews.worth import refresh

log = structlog.get_logger(__name__)

PORTION = 500
MOST_AT_A_TIME = 20
"""Portions of one cleaning: what is left, the next one removes."""


@dataclass(frozen=True)
class Thrown:
    """What was thrown away with one click, and what stands for the click (`thrown_with`)."""

    outfits: list[uuid.UUID]
    together: uuid.UUID


def throw_away(owner_id: int, outfits: Iterable[uuid.UUID]) -> Thrown:
    """Put these outfits of this person into the bin, as far as they are not in it.

    One transaction each, so that no two that throw away many hold each other up.
    """
    together, thrown = uuid.uuid4(), []
    for outfit_id in outfits:
        with transaction.atomic():
            if put_away(owner_id, outfit_id, together):
                ReviewItem.objects.filter(outfit=outfit_id).delete()
                thrown.append(outfit_id)
    if thrown:
        log.info("outfits_binned", owner=owner_id, count=len(thrown))
    return Thrown(thrown, together)


def restore(owner_id: int, outfits: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Take these outfits out of this person's bin. Returns those that were in it."""
    restored = []
    for outfit_id in outfits:
        with transaction.atomic():
            if bring_back(owner_id, outfit_id):
                refresh([outfit_id])
                restored.append(outfit_id)
    if restored:
        log.info("outfits_restored", owner=owner_id, count=len(restored))
    return restored


def in_bin(owner_id: int) -> QuerySet[Binned]:
    """What is in this person's bin, the last thrown away first."""
    return (
        Binned.objects.filter(owner_id=owner_id)
        .select_related("outfit")
        .order_by("-since", "-outfit")
    )


def thrown_with(owner_id: int, together: uuid.UUID) -> list[uuid.UUID]:
    """What is still in the bin of all that was thrown away with one click."""
    return list(in_bin(owner_id).filter(together=together).values_list("outfit", flat=True))


def remove_for_ever(owner_id: int, outfits: Collection[uuid.UUID]) -> int:
    """Remove what of these is in this person's bin: photos, then rows. Returns how many.

    Raises StorageUnavailable, and then the portion that it was at is still there.
    """
    ids, removed = list(outfits), 0
    for start in range(0, len(ids), PORTION):
        removed += _remove(Binned.objects.filter(owner_id=owner_id, pk__in=ids[start:][:PORTION]))
    return removed


def forget_over() -> int:
    """Remove what has been in the bin for FASI_BIN_DAYS days. Returns how many.

    Raises StorageUnavailable, and then the rest goes the next time.
    """
    ends = Now() - timedelta(days=settings.FASI_BIN_DAYS)
    removed = 0
    for _ in range(MOST_AT_A_TIME):
        portion = _remove(Binned.objects.filter(since__lte=ends).order_by("since"))
        removed += portion
        if portion < PORTION:
            break
    return removed


def _remove(binned: QuerySet[Binned]) -> int:
    with transaction.atomic():
        chosen = list(binned.values_list("pk", flat=True)[:PORTION])
        # Whoever restores locks the outfit first, too: what is out of the bin by then is kept. In
        # the order of their ids, as `reviews.verdicts.lock`.
        outfits = Outfit.everything.filter(pk__in=chosen).order_by("pk").select_for_update()
        locked = list(outfits.values_list("pk", flat=True))
        return remove_outfits(list(binned.filter(pk__in=locked).values_list("pk", flat=True)))
