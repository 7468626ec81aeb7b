"""What workers do to an outfit's status, as guarded updates. `requeue` has the one other change.

    queued --claim--> running --finish--> done
      ^                  |---put_back---> queued, or failed after the last attempt
      |---give_back------|
      |---interrupt------|---fail-------> failed --requeue--> queued
      `--return_expired--'  (its lease ran out)

Where a worker dies or gives up, the photos of its claim are innocent, but perhaps for one. So that
attempt counts only for a photo that was claimed alone; the others are from then on claimed alone.
A photo that ends its worker therefore fails after one death in company and FASI_MAX_ATTEMPTS alone,
and nothing can return more often than that.

An attempt that ends without a prediction is noted in the statement that ends it, so that the
history of a dead letter never says anything else than its status.

The fence of a claim is (status running, attempts, claimed_by): whoever no longer matches it has
lost the lease and changes nothing.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from classifier.integrations.deliveries import record_ended
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit, Prediction


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
      AND (%(alone_too)s OR NOT ranked.alone)
    RETURNING outfit.id, outfit.attempts, outfit.claimed_by, outfit.thumb_key,
              outfit.wardrobe, outfit.queued_at, outfit.alone
"""


def claim_outfits(worker: str, limit: int, *, beside_others: bool = False) -> list[Claim]:
    """Take up to `limit` waiting outfits: interactive before batch, fair between owners.

    One statement, one index scan. An outfit whose last claim died with its worker is claimed by
    itself, so that a photo that kills processes takes no other down with it again; and not at all
    by a worker that has another claim in its engine (`beside_others`), whose death would count
    against it.
    """
    parameters = {
        "limit": limit,
        "worker": worker,
        "lease_s": settings.FASI_LEASE_S,
        "alone_too": not beside_others,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        return [Claim(*row) for row in cursor.fetchall()]


_FINISH = """
    UPDATE classifier_outfit AS outfit
    SET status = 'done', classified = now(), lease_until = NULL, claimed_by = '', alone = false,
        error_code = '', error_text = '', kind = held.kind,
        style = CASE WHEN held.kind = 'outfit' THEN held.style ELSE '' END,
        certainty = CASE WHEN held.kind <> 'outfit' THEN ''
                         WHEN held.decided THEN 'sure' ELSE 'unsure' END
    FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(kinds)s::text[], %(styles)s::text[],
                %(decided)s::bool[]) AS held(id, attempt, kind, style, decided)
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
                    "kinds": [prediction.kind for _, prediction in results],
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


def _end_held(changes: str) -> str:
    """The statement that ends an attempt, notes it, and tells which outfits that were."""
    return f"""
        WITH ended AS (
            UPDATE classifier_outfit AS outfit SET {changes}
            WHERE {_HELD}
            RETURNING outfit.id, outfit.status, outfit.attempts, %(worker)s AS worker
        ), noted AS ({_NOTE})
        SELECT id, status FROM ended
    """  # noqa: S608  (no value is pasted in, only our own SQL)


# Exponential back-off with full jitter: at most 2, 4, 8 ... seconds after the 1st, 2nd, 3rd attempt
# (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
_PUT_BACK = _end_held(f"""{_END_OF_ATTEMPT},
    not_before = now() + make_interval(secs => random() * 2 ^ least({_COUNTED}, 8))
""")


def put_back(claims: Iterable[Claim], code: Failure, text: str) -> None:
    """A transient fault: queue again after a back-off, or fail what has no attempt left."""
    _each_held(_PUT_BACK, claims, code, text)


_INTERRUPTED = f"""
        status = CASE WHEN outfit.alone AND {_COUNTED} >= %(max_attempts)s
                      THEN 'failed' ELSE 'queued' END,
        attempts_before = outfit.attempts_before + CASE WHEN outfit.alone THEN 0 ELSE 1 END,
        alone = true,
        error_code = %(code)s,
        error_text = %(text)s,
        lease_until = NULL,
        claimed_by = ''
"""
_INTERRUPT = _end_held(_INTERRUPTED)


def interrupt(claims: Iterable[Claim], code: Failure, text: str) -> None:
    """The worker gave up in the middle: each is retried alone, or fails if it was alone."""
    _each_held(_INTERRUPT, claims, code, text)


_GIVE_BACK = f"""
    UPDATE classifier_outfit AS outfit
    SET status = 'queued', attempts_before = attempts_before + 1, lease_until = NULL,
        claimed_by = ''
    WHERE {_HELD}
    RETURNING outfit.id, outfit.status
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def give_back(claims: Iterable[Claim]) -> None:
    """Queue again what was claimed and not begun; that attempt does not count."""
    _each_held(_GIVE_BACK, claims)


_FAIL = _end_held("""
    status = 'failed', error_code = %(code)s, error_text = %(text)s,
    lease_until = NULL, claimed_by = ''
""")


def fail(claims: Iterable[Claim], code: Failure, text: str) -> None:
    """A fault that another attempt cannot mend: the outfit becomes a dead letter."""
    _each_held(_FAIL, claims, code, text)


def _each_held(
    statement: str, claims: Iterable[Claim], code: Failure | None = None, text: str = ""
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for claim in claims:
            cursor.execute(
                statement,
                {
                    "id": claim.outfit_id,
                    "attempt": claim.attempt,
                    "worker": claim.worker,
                    "code": code and code.value,
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
        SET {_INTERRUPTED}
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
