"""Brings into the review queue what is new since the last time. For workers: needs numpy."""

import uuid
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from classifier.models import Consent, Outfit, Prediction, Purpose, ReviewProgress
from classifier.reviews import novelty, verdicts
from classifier.reviews.worth import lock, refresh

PORTION = 500
"""Outfits in one transaction: whoever judges one of them waits until it ends."""
RECENT = 10_000
"""A style is rare or common among so many predictions, the newest."""
OVERLAP = timedelta(minutes=2)
"""How far `fill` looks back behind what it has seen: longer than a transaction or a wrong clock."""

_RARITY = """
    SELECT style, greatest(0, 1 - count(*) * %(styles)s / sum(count(*)) OVER ())
    FROM (
        SELECT style FROM classifier_prediction WHERE kind = 'outfit' AND shown
        ORDER BY created DESC LIMIT %(recent)s
    ) AS recent
    GROUP BY style
"""


def fill(budget_s: float) -> int:
    """Bring into the queue what is new: predictions, and outfits of those who consent now.

    It ends when it has seen all, or after so many seconds of predictions; the next call goes on.
    Returns how many outfits it looked at. Raises StorageUnavailable.
    """
    until, looked_at, passed_over = monotonic() + budget_s, 0, set[uuid.UUID]()
    for portion, seen in _portions():
        with transaction.atomic():
            if not lock("pg_try_advisory_xact_lock"):
                return looked_at
            passed_over |= _refresh(portion)
            if seen:
                ReviewProgress.objects.update(filled_until=seen)
        looked_at += len(portion)
        if seen and monotonic() > until:
            break
    with transaction.atomic():
        if passed_over and lock("pg_try_advisory_xact_lock"):
            _refresh(passed_over)
    return looked_at


def _refresh(outfits: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """All but those that somebody else has, which are returned.

    Whoever judges one brings it up to date, and whoever deletes one may take long. A verdict that
    is being given is not to be seen yet, and would be lost where the outfit was counted now.
    """
    measured = novelty.measured(outfits)
    free = verdicts.lock(outfits, skip_locked=True)
    refresh(free, measured)
    return set(outfits) - free


def _portions() -> Iterator[tuple[list[uuid.UUID], datetime | None]]:
    """Outfits to look at, and up to which moment all is seen once they are done."""
    progress, _ = ReviewProgress.objects.get_or_create(pk=1)
    began = timezone.now()
    progress.rarity = _rarity()
    progress.save(update_fields=["rarity"])
    training = Consent.objects.filter(purpose=Purpose.TRAINING)
    changed = training.filter(changed__gt=progress.consents_until)
    for owner_id in set(changed.values_list("owner", flat=True)):
        for portion in _outfits_of(owner_id):
            yield portion, None
    ReviewProgress.objects.update(consents_until=began - OVERLAP)
    since = progress.filled_until or datetime.fromtimestamp(0, UTC)
    while True:
        new = Prediction.objects.filter(created__gt=since).order_by("created")
        moments = new.values_list("created", flat=True)[:PORTION]
        last = max(moments, default=None)
        if last is None:
            yield [], began - OVERLAP
            return
        these = Prediction.objects.filter(created__gt=since, created__lte=last)
        yield list(these.values_list("outfit", flat=True).distinct()), min(last, began - OVERLAP)
        since = last


def _outfits_of(owner_id: int) -> Iterator[list[uuid.UUID]]:
    last = uuid.UUID(int=0)
    while True:
        following = Outfit.objects.filter(owner_id=owner_id, status="done", pk__gt=last)
        portion = list(following.order_by("pk").values_list("pk", flat=True)[:PORTION])
        if not portion:
            return
        yield portion
        last = portion[-1]


def _rarity() -> dict[str, float]:
    newest = Prediction.objects.select_related("release").order_by("-created").first()
    styles = len(newest.release.styles.ids) if newest else 1
    with connection.cursor() as cursor:
        cursor.execute(_RARITY, {"styles": styles, "recent": RECENT})
        return {style: float(rare) for style, rare in cursor.fetchall()}
