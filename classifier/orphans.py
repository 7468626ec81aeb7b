"""Objects that have no row: they go soon after."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from classifier.batches.unpacking import pending_among
from classifier.models import Export, Outfit
from classifier.storage import multipart, objects
from classifier.uploads.direct import open_among

log = structlog.get_logger(__name__)

# An upload stores its objects a moment before it records its row.
ORPHAN_AGE = timedelta(hours=1)


def remove_orphans(now: datetime | None = None) -> int:
    """Delete objects that have no row, once they are ORPHAN_AGE old. Returns how many.

    They stem from an upload, or an export, that was cut off between storing and recording, or from
    a direct upload or a ZIP that is over.
    """
    oldest = (now or timezone.now()) - ORPHAN_AGE
    removed = _remove_below(objects.OUTFITS, oldest, _known_outfits)
    removed += _remove_below(objects.EXPORTS, oldest, _known_exports)
    removed += _remove_below(objects.UPLOADS, oldest, open_among)
    removed += _remove_below(objects.BATCHES, oldest, pending_among)
    return removed + _abort_uploads(oldest)


def _known_outfits(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(Outfit.everything.filter(pk__in=ids).values_list("pk", flat=True))


def _known_exports(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(Export.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _remove_below(
    prefix: str, oldest: datetime, known: Callable[[set[uuid.UUID]], set[uuid.UUID]]
) -> int:
    removed = 0
    batch: dict[str, uuid.UUID] = {}
    for key, changed in objects.listing(prefix):
        if changed < oldest and (row_id := _row_of(key, prefix)):
            batch[key] = row_id
        if len(batch) >= 1000:
            removed += _remove_without_row(batch, known)
            batch = {}
    return removed + _remove_without_row(batch, known)


def _row_of(key: str, prefix: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key.removeprefix(prefix).split("/")[0])
    except ValueError:
        return None


def _remove_without_row(
    batch: dict[str, uuid.UUID], known: Callable[[set[uuid.UUID]], set[uuid.UUID]]
) -> int:
    there = known(set(batch.values()))
    orphans = [key for key, row_id in batch.items() if row_id not in there]
    objects.remove(orphans)
    if orphans:
        log.warning("orphans_removed", count=len(orphans))
    return len(orphans)


def _abort_uploads(oldest: datetime) -> int:
    """Drop parts of large files that nobody goes on with: no listing of objects shows them."""
    begun = [*multipart.uploads(objects.EXPORTS), *multipart.uploads(objects.BATCHES)]
    stale = [each for each in begun if each[2] < oldest]
    ids = [upload_id for _key, upload_id, _begun in stale]
    running = set(Export.objects.filter(upload_id__in=ids).values_list("upload_id", flat=True))
    for key, upload_id, _begun in stale:
        if upload_id not in running:
            multipart.abort(key, upload_id)
    return len(set(ids) - running)
