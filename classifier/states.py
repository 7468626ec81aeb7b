"""Every change of an outfit's status, as guarded updates. Nothing else writes `status`.

    queued --claim--> running --finish--> done
      ^                  |---put_back---> queued, or failed after the last attempt
      |                  |---fail-------> failed
      `--return_expired--'  (its lease ran out)

The fence of a claim is (status running, attempts, claimed_by): whoever no longer matches it has
lost the lease and changes nothing.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from classifier.failures import Failure
from classifier.models import Outfit, Prediction


@dataclass(frozen=True)
class Claim:
    """One outfit that a worker holds until its lease runs out."""

    outfit_id: uuid.UUID
    attempt: int
    worker: str
    thumb_key: str
    wardrobe: str
    created: datetime


def next_turn(owner_id: int, priority: int) -> int:
    """The virtual start time of the owner's next outfit (start-time fair queueing).

    Goyal, Vin and Cheng 1996, section 2: it is the larger of the queue's virtual time, which is the
    smallest turn that waits, and the end of the owner's last waiting outfit. So a photo of somebody
    with nothing queued goes next to the head, whatever others have queued before.
    """
    waiting = Outfit.objects.filter(status=Outfit.Status.QUEUED, priority=priority)
    virtual_time = waiting.order_by("turn").values_list("turn", flat=True).first()
    own_last = (
        waiting.filter(owner_id=owner_id).order_by("-turn").values_list("turn", flat=True).first()
    )
    return max(virtual_time or 0, 0 if own_last is None else own_last + 1)


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
              outfit.wardrobe, outfit.created
"""


def claim_outfits(worker: str, limit: int) -> list[Claim]:
    """Take up to `limit` waiting outfits: interactive before batch, fair between owners.

    One statement, one index scan. An outfit whose last claim died with its worker is claimed by
    itself, so that a photo that kills processes takes no other down with it again.
    """
    parameters = {"limit": limit, "worker": worker, "lease_s": settings.FASI_LEASE_S}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        return [
            Claim(outfit_id, attempt, claimed_by, thumb_key, wardrobe, created)
            for outfit_id, attempt, claimed_by, thumb_key, wardrobe, created in cursor.fetchall()
        ]


_FINISH = """
    UPDATE classifier_outfit AS outfit
    SET status = 'done', classified = now(), lease_until = NULL, claimed_by = '', alone = false,
        error_code = '', error_text = ''
    FROM unnest(%(ids)s::uuid[], %(attempts)s::int[]) AS held(id, attempt)
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
                    "worker": results[0][0].worker,
                },
            )
            held = {outfit_id for (outfit_id,) in cursor.fetchall()}
        Prediction.objects.bulk_create(
            prediction for claim, prediction in results if claim.outfit_id in held
        )
    return held


_END_OF_LAST_ATTEMPT = """
        status = CASE WHEN outfit.attempts >= %(max_attempts)s THEN 'failed' ELSE 'queued' END,
        error_code = %(code)s,
        error_text = %(text)s,
        lease_until = NULL,
        claimed_by = ''
"""

# Exponential back-off with full jitter: at most 2, 4, 8 ... seconds after the 1st, 2nd, 3rd attempt
# (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
_PUT_BACK = f"""
    UPDATE classifier_outfit AS outfit
    SET {_END_OF_LAST_ATTEMPT},
        not_before = now() + make_interval(secs => random() * 2 ^ least(outfit.attempts, 8))
    WHERE outfit.id = %(id)s AND outfit.status = 'running'
      AND outfit.attempts = %(attempt)s AND outfit.claimed_by = %(worker)s
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def put_back(claims: Iterable[Claim], code: Failure, text: str) -> None:
    """A transient fault: queue again after a back-off, or fail what has no attempt left."""
    _each_held(_PUT_BACK, claims, code, text)


_FAIL = """
    UPDATE classifier_outfit AS outfit
    SET status = 'failed', error_code = %(code)s, error_text = %(text)s,
        lease_until = NULL, claimed_by = ''
    WHERE outfit.id = %(id)s AND outfit.status = 'running'
      AND outfit.attempts = %(attempt)s AND outfit.claimed_by = %(worker)s
"""


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


_RETURN_EXPIRED = f"""
    WITH expired AS (
        SELECT id FROM classifier_outfit
        WHERE status = 'running' AND lease_until < now()
        FOR UPDATE SKIP LOCKED
    )
    UPDATE classifier_outfit AS outfit
    SET {_END_OF_LAST_ATTEMPT}, alone = true
    FROM expired
    WHERE outfit.id = expired.id
    RETURNING outfit.id, outfit.status
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def return_expired() -> list[tuple[uuid.UUID, str]]:
    """Take back every outfit whose lease ran out; each is retried alone, or fails for good.

    Returns their ids with the status that they have now.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _RETURN_EXPIRED,
            {
                "code": Failure.WORKER_LOST.value,
                "text": "The lease ran out: the worker was killed, froze or lost its database.",
                "max_attempts": settings.FASI_MAX_ATTEMPTS,
            },
        )
        return [(outfit_id, status) for outfit_id, status in cursor.fetchall()]


def work_waits() -> bool:
    """Whether some queued outfit may be claimed now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM classifier_outfit"
            " WHERE status = 'queued' AND not_before <= now())"
        )
        return bool(cursor.fetchone()[0])
