"""What workers do to an outfit's status, as guarded updates. `requeue` has the one other change.

Here are claim and finish; `attempts` has how an attempt ends without a prediction.

    queued --claim--> running --finish--> done
      ^                  |---put_back---> queued, or failed after the last attempt
      |---postpone-------|
      |---give_back------|
      |---interrupt------|---fail-------> failed --requeue--> queued
      `--return_expired--'  (its lease ran out)

The fence of a claim is (status running, attempts, claimed_by): whoever no longer matches it has
lost the lease and changes nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from classifier.integrations.deliveries import record_ended
from classifier.models import Prediction


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
