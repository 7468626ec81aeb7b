"""Which photos are in the review queue, and how much each is worth looking at.

All of it is one statement for any number of outfits (`refresh`), so a verdict brings its own outfit
up to date in its own transaction, and `classifier.reviews.filling` all that are new since the last
time. What an outfit is worth is the sum of its reasons, each between 0 and 1, times WEIGHTS:

- asked: its owner asks for a look, and waits.
- owner: its owner says that what is shown is wrong.
- releases: releases disagree on its kind or its style.
- uncertain: entropy of what the prediction gives each style (each kind, where it names no style),
  how near the second is to the first, and how many styles the set has; a third each. These are the
  classical measures of active learning (Settles, "Active Learning Literature Survey", 2009, 3.1).
- far: it is unlike what the release was trained on; see `classifier.reviews.novelty`.
- rare: its style is predicted less often than in equal parts, lately.
"""

import json
import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from classifier.models import Consent, Outfit, ReviewItem, ReviewProgress

WEIGHTS = {
    "asked": 3.0,
    "owner": 1.0,
    "releases": 0.75,
    "uncertain": 1.0,
    "far": 0.75,
    "rare": 0.5,
}
SAID_FROM = 0.5
"""From here on a reason is told to the reviewer."""

_LOCK = 1_717_001  # an advisory lock, so that one process at a time fills

_REFRESH = """
    WITH chosen AS MATERIALIZED (
        SELECT id, owner_id, review_asked, certainty FROM classifier_outfit AS outfit
        WHERE id = ANY(%(outfits)s::uuid[]) AND status = 'done' AND (
            review_asked IS NOT NULL OR owner_id = ANY(%(consenting)s)
        )
    ), judged AS (
        SELECT chosen.*, said.style, said.uncertain, said.rare, said.prediction,
            CASE WHEN (measured.of ->> 'prediction')::bigint = said.prediction
                    THEN (measured.of ->> 'far')::float
                WHEN known.far_of = said.prediction THEN known.far END AS far,
            verdicts.staff, verdicts.staff_ids, verdicts.owner_disagrees, others.disagree
        FROM chosen
        LEFT JOIN classifier_reviewitem AS known ON known.outfit_id = chosen.id
        CROSS JOIN LATERAL (SELECT %(measured)s::jsonb -> chosen.id::text AS of) AS measured
        CROSS JOIN LATERAL (
            SELECT shown.id AS prediction,
                CASE WHEN shown.kind = 'outfit' THEN shown.style ELSE '' END AS style,
                (spread.entropy + 1 - spread.margin
                    + least(1, greatest(0, cardinality(shown.style_set) - 1) / 4.0)) / 3
                    AS uncertain,
                CASE WHEN shown.kind = 'outfit'
                    THEN coalesce((%(rarity)s::jsonb ->> shown.style)::float, 1) ELSE 0 END AS rare
            FROM (
                SELECT id, kind, style, style_set,
                    CASE WHEN kind = 'outfit' OR gate IS NULL THEN probabilities ELSE gate END
                        AS shares
                FROM classifier_prediction WHERE outfit_id = chosen.id AND shown LIMIT 1
            ) AS shown
            CROSS JOIN LATERAL (
                SELECT least(1, greatest(0,
                        -sum(CASE WHEN share > 0 THEN share * ln(share) ELSE 0 END)
                        / ln(greatest(2, count(*))))) AS entropy,
                    coalesce(max(share) - max(share) FILTER (WHERE place = 2), 1) AS margin
                FROM (
                    SELECT share, row_number() OVER (ORDER BY share DESC) AS place
                    FROM unnest(shown.shares) AS share
                ) AS ranked
            ) AS spread
        ) AS said
        CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE review.role = 'staff') AS staff,
                coalesce(array_agg(DISTINCT review.by_id)
                    FILTER (WHERE review.role = 'staff' AND review.by_id IS NOT NULL), '{}')
                    AS staff_ids,
                coalesce(bool_or(review.role = 'owner' AND chosen.certainty = 'corrected'), false)
                    AS owner_disagrees
            FROM classifier_review AS review
            JOIN classifier_prediction AS prediction ON prediction.id = review.prediction_id
            WHERE prediction.outfit_id = chosen.id
        ) AS verdicts
        CROSS JOIN LATERAL (
            SELECT count(DISTINCT CASE WHEN kind = 'outfit' THEN style ELSE kind END) > 1
                AS disagree
            FROM classifier_prediction WHERE outfit_id = chosen.id
        ) AS others
    )
    INSERT INTO classifier_reviewitem (outfit_id, owner_id, style, far, far_of, worth, reasons,
        wanted, answered, answered_by, skipped_by)
    SELECT id, owner_id, style, far, CASE WHEN far IS NOT NULL THEN prediction END,
        %(w_asked)s * (review_asked IS NOT NULL)::int + %(w_owner)s * owner_disagrees::int
            + %(w_releases)s * disagree::int + %(w_uncertain)s * uncertain + %(w_rare)s * rare
            + %(w_far)s * coalesce(far, 0),
        array_remove(ARRAY[
            CASE WHEN review_asked IS NOT NULL THEN 'asked' END,
            CASE WHEN owner_disagrees THEN 'owner' END,
            CASE WHEN disagree THEN 'releases' END,
            CASE WHEN uncertain >= %(said_from)s THEN 'uncertain' END,
            CASE WHEN far >= %(said_from)s THEN 'far' END,
            CASE WHEN rare >= %(said_from)s THEN 'rare' END
        ], NULL),
        -- A share that every machine computes alike, and that nobody can choose: ids are random.
        CASE WHEN ('x' || left(md5(id::text), 8))::bit(32)::bigint %% 100 < %(twice)s
            THEN 2 ELSE 1 END,
        staff, staff_ids, '{}'
    FROM judged ORDER BY id
    ON CONFLICT (outfit_id) DO UPDATE SET style = excluded.style, far = excluded.far,
        far_of = excluded.far_of, worth = excluded.worth, reasons = excluded.reasons,
        answered = excluded.answered, answered_by = excluded.answered_by
"""


@dataclass(frozen=True)
class Far:
    """How unlike its release's training photos, 0 to 1, the photo of this prediction is."""

    prediction: int
    far: float


_NONE: Mapping[uuid.UUID, Far] = {}


def refresh(outfits: Collection[uuid.UUID], measured: Mapping[uuid.UUID, Far] = _NONE) -> None:
    """Bring these outfits' places in the queue up to date; those of no owner's leave it.

    The caller has locked them (`classifier.reviews.verdicts.lock`): else a verdict that comes
    meanwhile would be overwritten with what was counted before it, and one reviewer more be asked.
    How far a photo is comes from what is `measured` now, or was before of the same prediction.
    """
    if not outfits:
        return
    ids = [str(each) for each in outfits]
    owners = Outfit.objects.filter(pk__in=outfits).order_by().values("owner").distinct()
    consenting = Consent.objects.owners().filter(pk__in=owners)
    allowed = list(consenting.values_list("pk", flat=True))
    unasked = ReviewItem.objects.filter(outfit__in=outfits, outfit__review_asked=None)
    _remove(unasked.exclude(owner__in=allowed))
    progress = ReviewProgress.objects.first()
    with connection.cursor() as cursor:
        cursor.execute(
            _REFRESH,
            {
                "outfits": ids,
                "consenting": allowed,
                "measured": json.dumps({str(key): asdict(far) for key, far in measured.items()}),
                "rarity": json.dumps(progress.rarity if progress else {}),
                "twice": settings.FASI_REVIEW_TWICE_PERCENT,
                "said_from": SAID_FROM,
                **{f"w_{name}": weight for name, weight in WEIGHTS.items()},
            },
        )


def withdraw(owner_id: int) -> None:
    """The owner took the consent back: what they did not ask for themselves leaves the queue.

    Goes inside a transaction.
    """
    lock("pg_advisory_xact_lock")  # `fill` has many of the same rows, in an order of its own
    _remove(ReviewItem.objects.filter(owner_id=owner_id, outfit__review_asked=None))


def _remove(items: QuerySet[ReviewItem]) -> None:
    """In the order in which they are written, so that neither waits for the other for ever."""
    with transaction.atomic():
        rows = items.order_by("pk").select_for_update(of=("self",)).only("pk")
        ReviewItem.objects.filter(pk__in=[each.pk for each in rows]).delete()


def lock(function: str) -> bool:
    """Take the lock until the transaction ends; whether it was to be had."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])
        return cursor.fetchone()[0] is not False
