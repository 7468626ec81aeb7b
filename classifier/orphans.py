"""Objects that have no row: they go soon after."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.utils import timezone

from classifier.batches.unpacking import pending_among
from classifier.models import Export, Outfit
from classifier.storage import multipart, objects
from classifier.uploads.direct import open_among

log = structlog.get_logger(__name__)

# An upload stores its objects a moment before it records its row.
ORPHAN_AGE = timedelta(hours=1)
AT_ONCE = 1000


def remove_orphans(now: datetime | None = None) -> int:
    """Delete objects that have no row, once they are ORPHAN_AGE old. Returns how many.

    They stem from an upload, or an export, that was cut off between storing and recording, or from
    a direct upload or a ZIP that is over.
    """
    oldest = (now or timezone.now()) - ORPHAN_AGE
    removed = 0
    found = orphans(oldest)
    while keys := [key for key, _changed in islice(found, AT_ONCE)]:
        objects.remove(keys)
        log.warning("orphans_removed", count=len(keys))
        removed += len(keys)
    return removed + _abort_uploads(oldest)


def orphans(oldest: datetime) -> Iterator[tuple[str, datetime]]:
    """Key and time of change of each object that has no row and has not changed since `oldest`."""
    yield from _without_row(objects.OUTFITS, oldest, _known_outfits)
    yield from _without_row(objects.EXPORTS, oldest, _known_exports)
    yield from _without_row(objects.UPLOADS, oldest, open_among)
    yield from _without_row(objects.BATCHES, oldest, pending_among)


def _known_outfits(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(Outfit.everything.filter(pk__in=ids).values_list("pk", flat=True))


def _known_exports(ids: set[uuid.UUID]) -> set[uuid.UUID]:
    return set(Export.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _without_row(
    prefix: str, oldest: datetime, known: Callable[[set[uuid.UUID]], set[uuid.UUID]]
) -> Iterator[tuple[str, datetime]]:
    old = (
        (key, changed, row_id)
        for key, changed in objects.listing(prefix)
        if changed < oldest and (row_id := _row_of(key, prefix))
    )
    while portion := list(islice(old, AT_ONCE)):
        there = known({row_id for _key, _changed, row_id in portion})
        yield from ((key, changed) for key, changed, row_id in portion if row_id not in there)


def _row_of(key: str, prefix: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key.removeprefix(prefix).split("/")[0])
    except ValueError:
        return None


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
