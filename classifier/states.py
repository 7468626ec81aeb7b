"""Every change of an outfit's status, as guarded updates. Nothing else writes `status`.

    queued --claim--> running --finish--> done
      ^                  |---put_back---> queued, or failed after the last attempt
      |                  |---fail-------> failed --requeue--> queued
      `--return_expired--'  (its lease ran out)

An attempt that ends without a prediction is noted in the statement that ends it, so that the
history of a dead letter never says anything else than its status.

The fence of a claim is (status running, attempts, claimed_by): whoever no longer matches it has
lost the lease and changes nothing.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from classifier.failures import Failure
from classifier.models import Outfit, Prediction
from classifier.outbox import record_ended
from classifier.wakeup import wake_worker


@dataclass(frozen=True)
class Claim:
    """One outfit that a worker holds until its lease runs out."""

    outfit_id: uuid.UUID
    attempt: int
    worker: str
    thumb_key: str
    wardrobe: str
    queued_at: datetime
    alone: bool
    """Its last claim died with its worker: nothing else is to be at risk beside it."""


def next_turn(owner_id: int, priority: int) -> int:
    """The virtual start time of the owner's next outfit (start-time fair queueing).

    Goyal, Vin and Cheng 1996, section 2: it is the larger of the queue's virtual time, which is the
    smallest turn that waits, and the end of the owner's last waiting outfit. So a photo of somebody
    with nothing queued goes next to the head, whatever others have queued before.
    """
    own = _waiting(priority).filter(owner_id=owner_id)
    own_last = own.order_by("-turn").values_list("turn", flat=True).first()
    return _start(_virtual_time(priority), own_last)


def _waiting(priority: int) -> QuerySet[Outfit]:
    return Outfit.objects.filter(status=Outfit.Status.QUEUED, priority=priority)


def _virtual_time(priority: int) -> int:
    return _waiting(priority).order_by("turn").values_list("turn", flat=True).first() or 0


def _start(virtual_time: int, own_last: int | None) -> int:
    return virtual_time if own_last is None else max(virtual_time, own_last + 1)


_CLAIM = """
    WITH waiting AS (
        SELECT id, alone, priority, turn, created
        FROM classifier_outfit
        WHERE status = 'queued' AND not_before <= now()
        ORDER BY priority, turn, created
        LIMIT %(limit)s
        FOR UPDATE SKIP LOCKED
    ), ranked AS (
        SELECT id, alone,
               row_number() OVER place AS rank,
               first_value(alone) OVER place AS first_is_alone
        FROM waiting
        WINDOW place AS (ORDER BY priority, turn, created)
    )
    UPDATE classifier_outfit AS outfit
    SET status = 'running',
        attempts = outfit.attempts + 1,
        claimed_by = %(worker)s,
        lease_until = now() + make_interval(secs => %(lease_s)s)
    FROM ranked
    WHERE outfit.id = ranked.id
      AND (ranked.rank = 1 OR NOT (ranked.alone OR ranked.first_is_alone))
    RETURNING outfit.id, outfit.attempts, outfit.claimed_by, outfit.thumb_key,
              outfit.wardrobe, outfit.queued_at, outfit.alone
"""


def claim_outfits(worker: str, limit: int) -> list[Claim]:
    """Take up to `limit` waiting outfits: interactive before batch, fair between owners.

    One statement, one index scan. An outfit whose last claim died with its worker is claimed by
    itself, so that a photo that kills processes takes no other down with it again.
    """
    parameters = {"limit": limit, "worker": worker, "lease_s": settings.FASI_LEASE_S}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        return [Claim(*row) for row in cursor.fetchall()]


_FINISH = """
    UPDATE classifier_outfit AS outfit
    SET status = 'done', classified = now(), lease_until = NULL, claimed_by = '', alone = false,
        error_code = '', error_text = '', style = held.style,
        certainty = CASE WHEN held.decided THEN 'sure' ELSE 'unsure' END
    FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(styles)s::text[], %(decided)s::bool[])
        AS held(id, attempt, style, decided)
    WHERE outfit.id = held.id AND outfit.status = 'running'
      AND outfit.attempts = held.attempt AND outfit.claimed_by = %(worker)s
    RETURNING outfit.id
"""


def finish(results: Sequence[tuple[Claim, Prediction]]) -> set[uuid.UUID]:
    """Write the predictions of the claims that are still held, in one transaction.

    Returns the ids that were finished; the others lost their lease, and nothing of them is written.
    """
    if not results:
        return set()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                _FINISH,
                {
                    "ids": [claim.outfit_id for claim, _ in results],
                    "attempts": [claim.attempt for claim, _ in results],
                    "styles": [prediction.style for _, prediction in results],
                    "decided": [prediction.decided for _, prediction in results],
                    "worker": results[0][0].worker,
                },
            )
            held = {outfit_id for (outfit_id,) in cursor.fetchall()}
        Prediction.objects.bulk_create(
            prediction for claim, prediction in results if claim.outfit_id in held
        )
        record_ended(held)
    return held


# Attempts from before somebody queued it again count no more.
_COUNTED = "(outfit.attempts - outfit.attempts_before)"
_END_OF_ATTEMPT = f"""
        status = CASE WHEN {_COUNTED} >= %(max_attempts)s THEN 'failed' ELSE 'queued' END,
        error_code = %(code)s,
        error_text = %(text)s,
        lease_until = NULL,
        claimed_by = ''
"""
_HELD = """
        outfit.id = %(id)s AND outfit.status = 'running'
    AND outfit.attempts = %(attempt)s AND outfit.claimed_by = %(worker)s
"""
_NOTE = """
    INSERT INTO classifier_attempt (outfit_id, number, worker, reason, text, ended)
    SELECT id, attempts, worker, %(code)s, %(text)s, now() FROM ended
"""

# Exponential back-off with full jitter: at most 2, 4, 8 ... seconds after the 1st, 2nd, 3rd attempt
# (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
_PUT_BACK = f"""
    WITH ended AS (
        UPDATE classifier_outfit AS outfit
        SET {_END_OF_ATTEMPT},
            not_before = now() + make_interval(secs => random() * 2 ^ least({_COUNTED}, 8))
        WHERE {_HELD}
        RETURNING outfit.id, outfit.status, outfit.attempts, %(worker)s AS worker
    ), noted AS ({_NOTE})
    SELECT id, status FROM ended
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def put_back(claims: Iterable[Claim], code: Failure, text: str) -> None:
    """A transient fault: queue again after a back-off, or fail what has no attempt left."""
    _each_held(_PUT_BACK, claims, code, text)


_FAIL = f"""
    WITH ended AS (
        UPDATE classifier_outfit AS outfit
        SET status = 'failed', error_code = %(code)s, error_text = %(text)s,
            lease_until = NULL, claimed_by = ''
        WHERE {_HELD}
        RETURNING outfit.id, outfit.status, outfit.attempts, %(worker)s AS worker
    ), noted AS ({_NOTE})
    SELECT id, status FROM ended
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def fail(claims: Iterable[Claim], code: Failure, text: str) -> None:
    """A fault that another attempt cannot mend: the outfit becomes a dead letter."""
    _each_held(_FAIL, claims, code, text)


def _each_held(statement: str, claims: Iterable[Claim], code: Failure, text: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for claim in claims:
            cursor.execute(
                statement,
                {
                    "id": claim.outfit_id,
                    "attempt": claim.attempt,
                    "worker": claim.worker,
                    "code": code.value,
                    "text": text[:2000],
                    "max_attempts": settings.FASI_MAX_ATTEMPTS,
                },
            )
            _record_failed(cursor.fetchall())


def _record_failed(ended: Iterable[tuple[uuid.UUID, str]]) -> None:
    """Of the outfits whose attempt ended, with the status that they have now, those that failed."""
    record_ended([outfit_id for outfit_id, status in ended if status == Outfit.Status.FAILED])


_RETURN_EXPIRED = f"""
    WITH expired AS (
        SELECT id, claimed_by AS worker FROM classifier_outfit
        WHERE status = 'running' AND lease_until < now()
        FOR UPDATE SKIP LOCKED
    ), ended AS (
        UPDATE classifier_outfit AS outfit
        SET {_END_OF_ATTEMPT}, alone = true
        FROM expired
        WHERE outfit.id = expired.id
        RETURNING outfit.id, outfit.status, outfit.attempts, expired.worker
    ), noted AS ({_NOTE})
    SELECT id, status FROM ended
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def return_expired() -> list[tuple[uuid.UUID, str]]:
    """Take back every outfit whose lease ran out; each is retried alone, or fails for good.

    Returns their ids with the status that they have now.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _RETURN_EXPIRED,
            {
                "code": Failure.WORKER_LOST.value,
                "text": "The lease ran out: the worker was killed, froze or lost its database.",
                "max_attempts": settings.FASI_MAX_ATTEMPTS,
            },
        )
        returned = [(outfit_id, status) for outfit_id, status in cursor.fetchall()]
        _record_failed(returned)
    return returned


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
                "turns": _turns([each.owner_id for each in dead], priority),
                "priority": priority.value,
            }
            cursor.execute(_REQUEUE, placed)
            transaction.on_commit(wake_worker, robust=True)
    return dead


def _turns(owner_ids: Sequence[int], priority: int) -> list[int]:
    """What `next_turn` would give outfits of these owners, queued one after the other."""
    owners = _waiting(priority).filter(owner_id__in=set(owner_ids)).values_list("owner_id")
    own_last: dict[int, int] = dict(owners.annotate(Max("turn")).order_by())
    virtual_time = _virtual_time(priority)
    turns = []
    for owner_id in owner_ids:
        own_last[owner_id] = _start(virtual_time, own_last.get(owner_id))
        turns.append(own_last[owner_id])
    return turns


_FOREVER = timedelta(days=36_500)


def withhold(batch_id: uuid.UUID) -> None:
    """Let no claim take what waits of a cancelled batch: it is being removed."""
    waiting = Outfit.objects.filter(batch_id=batch_id, status=Outfit.Status.QUEUED)
    waiting.update(not_before=timezone.now() + _FOREVER)


def work_waits() -> bool:
    """Whether some queued outfit may be claimed now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM classifier_outfit"
            " WHERE status = 'queued' AND not_before <= now())"
        )
        return bool(cursor.fetchone()[0])
