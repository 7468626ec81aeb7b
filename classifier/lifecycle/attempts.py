"""How an attempt at an outfit ends without a prediction; `claims` has the states.

Where a worker dies or gives up, the photos of its claim are innocent, but perhaps for one. So that
attempt counts only for a photo that was claimed alone; the others are from then on claimed alone.
A photo that ends its worker therefore fails after one death in company and FASI_MAX_ATTEMPTS alone,
and nothing can return more often than that.

Where the photo store is away no photo is at fault, so that those attempts do not count; what it has
not given within FASI_STORAGE_PATIENCE_S fails.

An attempt that may count is noted in the statement that ends it, so that the history of a dead
letter never says anything else than its status.
"""

import uuid
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection, transaction

from classifier.integrations.deliveries import record_ended
from classifier.lifecycle.claims import Claim
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit

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


# At most half a minute, for then the store may be back.
_POSTPONE = f"""
    UPDATE classifier_outfit AS outfit
    SET status = 'queued', attempts_before = attempts_before + 1, lease_until = NULL,
        claimed_by = '', error_code = %(code)s, error_text = %(text)s,
        not_before = now() + make_interval(secs => random() * 2 ^ least(outfit.attempts, 5))
    WHERE {_HELD} AND outfit.queued_at > now() - make_interval(secs => %(patience_s)s)
    RETURNING outfit.id, outfit.status
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def postpone(claims: Sequence[Claim], code: Failure, text: str) -> None:
    """The photo store is away: queue again, or fail what has waited too long."""
    _each_held(_POSTPONE, claims, code, text)
    _each_held(_FAIL, claims, code, text)  # what is still held


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
                    "patience_s": settings.FASI_STORAGE_PATIENCE_S,
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
