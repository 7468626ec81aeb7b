"""Failed photos that somebody queues again, each with all its attempts anew."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from classifier.lifecycle.fairness import turns_of
from classifier.lifecycle.wakeup import wake_worker
from classifier.models import Outfit

_DEAD = """
    SELECT id, owner_id, created FROM classifier_outfit
    WHERE status = 'failed'
      AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
      AND (%(reason)s = '' OR error_code = %(reason)s)
      AND (%(after)s::timestamptz IS NULL OR (created, id) > (%(after)s, %(after_id)s::uuid))
    ORDER BY created, id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
"""
_REQUEUE = """
    UPDATE classifier_outfit AS outfit
    SET status = 'queued', priority = %(priority)s, turn = placed.turn,
        queued_at = now(), not_before = now(),
        attempts_before = outfit.attempts, error_code = '', error_text = ''
    FROM unnest(%(ids)s::uuid[], %(turns)s::bigint[]) AS placed(id, turn)
    WHERE outfit.id = placed.id AND outfit.status = 'failed'
"""
REQUEUE_AT_A_TIME = 1000


@dataclass(frozen=True)
class _Dead:
    id: uuid.UUID
    owner_id: int
    created: datetime


def requeue(
    outfits: Iterable[uuid.UUID], priority: Outfit.Priority = Outfit.Priority.BATCH
) -> list[uuid.UUID]:
    """Queue these dead letters again, each with all its attempts anew. Returns which they were.

    What is no dead letter (any more) is left alone. The count of attempts goes on, so a worker
    that once held an outfit still matches no fence. `priority` is INTERACTIVE where its owner waits
    for it; what staff queue again goes after the photos that somebody is waiting for now.
    """
    return [each.id for each in _requeue(ids=list(outfits), priority=priority)]


def requeue_all(reason: str = "", limit: int | None = None) -> int:
    """Queue all dead letters again, or all of one reason, or the `limit` oldest. Returns how many.

    A thousand to a transaction, the oldest first, each looked at once: it ends although what is
    queued again may fail again meanwhile, and it holds a thousand in memory.
    """
    total = 0
    last: _Dead | None = None
    while limit is None or total < limit:
        size = REQUEUE_AT_A_TIME if limit is None else min(REQUEUE_AT_A_TIME, limit - total)
        queued = _requeue(reason=reason, after=last, limit=size)
        if not queued:
            break
        total += len(queued)
        last = queued[-1]
    return total


def _requeue(
    *,
    ids: list[uuid.UUID] | None = None,
    reason: str = "",
    after: _Dead | None = None,
    limit: int | None = None,
    priority: Outfit.Priority = Outfit.Priority.BATCH,
) -> list[_Dead]:
    """One transaction of it, oldest first; a worker is woken after its commit."""
    chosen: dict[str, Any] = {
        "ids": ids,
        "reason": reason,
        "after": after.created if after else None,
        "after_id": after.id if after else None,
        "limit": limit,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_DEAD, chosen)
        dead = [_Dead(*row) for row in cursor.fetchall()]
        if dead:
            placed: dict[str, Any] = {
                "ids": [each.id for each in dead],
                "turns": turns_of([each.owner_id for each in dead], priority),
                "priority": priority.value,
            }
            cursor.execute(_REQUEUE, placed)
            transaction.on_commit(wake_worker, robust=True)
    return dead
