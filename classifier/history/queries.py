"""What somebody wore, as rows tell it: what the profile is computed from, and what looks alike.

An outfit counts by the probabilities of the prediction that speaks, but wholly for its style where
a review made that certain (`classifier.reviews.verdicts`). A photo that counts as no outfit is
left out of all of it, and one that is none of our styles of what is said about styles. Looks are
compared by the cosine of embeddings, which only one release's have in common.

Everything is exact and reads the newest NEWEST outfits of one person, by the index of the history:
so a page takes as long with a million outfits in the table as with a thousand, and with 100,000 of
one person as with NEWEST (`python -m benchmarks.pages`). The predictions are reached by LATERAL
with a LIMIT, so always by their index: for somebody whom its statistics do not know, the planner
would expect as many outfits as others have, and read the whole table.
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

from classifier.history.profile import LATEST, DailyTotals
from classifier.models import Outfit, Release

NEWEST = 10_000
"""How many outfits of a person a page looks at, newest first."""

_NEWEST = """
    WITH newest AS MATERIALIZED (
        SELECT id, day, style, certainty IN ('confirmed', 'corrected') AS certain
        FROM classifier_outfit
        WHERE owner_id = %(owner)s AND status = 'done' AND kind = 'outfit'
        ORDER BY day DESC, created DESC, id DESC LIMIT %(limit)s
    )
"""
# pgvector adds whole distributions up in C; what travels is one sum for each day and style.
_BY_DAY = f"""{_NEWEST}
    SELECT newest.day, release_id, newest.style, certain, count(*),
           sum(probabilities::vector)::real[]
    FROM newest CROSS JOIN LATERAL (
        SELECT release_id, probabilities FROM classifier_prediction
        WHERE outfit_id = newest.id AND shown LIMIT 1
    ) AS prediction
    WHERE newest.style > ''
    GROUP BY 1, 2, 3, 4
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def daily_totals(owner_id: int) -> list[DailyTotals]:
    """The person's newest outfits, summed by day and style."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"owner": owner_id, "limit": NEWEST})
        rows = cursor.fetchall()
    ids = {release.pk: release.styles.ids for release in Release.objects.defer("metrics")}
    worn = []
    for day, release_id, style, certain, count, sums in rows:
        said = dict(zip(ids[release_id], sums, strict=True))
        shares = {style: float(count)} if certain else _possible_styles(said)
        worn.append(DailyTotals(day, count, shares, {style: count}))
    return worn


_SPEAKING = f"""{_NEWEST}
    SELECT release_id, count(*)
    FROM newest CROSS JOIN LATERAL (
        SELECT release_id FROM classifier_prediction
        WHERE outfit_id = newest.id AND shown LIMIT 1
    ) AS prediction
    GROUP BY release_id
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def speaking_models(owner_id: int) -> list[tuple[date, int]]:
    """The days of the models that speak for the person's newest outfits, and for how many each."""
    with connection.cursor() as cursor:
        cursor.execute(_SPEAKING, {"owner": owner_id, "limit": NEWEST})
        counts = dict(cursor.fetchall())
    made = dict(Release.objects.filter(pk__in=counts).values_list("pk", "created"))
    by_day: Counter[date] = Counter()
    for release_id, count in counts.items():
        by_day[timezone.localdate(made[release_id])] += count
    return sorted(by_day.items(), reverse=True)


def has_more(owner_id: int) -> bool:
    """Whether the person has outfits older than the NEWEST."""
    newest_first = Outfit.objects.filter(owner_id=owner_id).order_by("-day", "-created", "-pk")
    return newest_first[NEWEST : NEWEST + 1].exists()


def latest_styles(owner_id: int) -> list[str]:
    """The styles of the person's LATEST newest outfits, newest first."""
    known = Outfit.objects.filter(owner_id=owner_id, status=Outfit.Status.DONE, style__gt="")
    return list(known.order_by("-day", "-created", "-pk").values_list("style", flat=True)[:LATEST])


def _possible_styles(said: dict[str, float]) -> dict[str, float]:
    """Without the styles that were out of the question, which a wardrobe leaves at 0."""
    return {style: share for style, share in said.items() if share > 0}


@dataclass(frozen=True)
class Extremes:
    """Two outfits among many: that which all others resemble most, and that which least."""

    typical: uuid.UUID
    unusual: uuid.UUID


# The mean cosine of a unit vector to all others is its product with their mean. So the medoid,
# which otherwise compares all pairs, is the one nearest to the mean, and its opposite the farthest.
_EXTREMES = f"""{_NEWEST}, looks AS MATERIALIZED (
        SELECT newest.id AS outfit_id, embedding
        FROM newest CROSS JOIN LATERAL (
            SELECT embedding FROM classifier_prediction
            WHERE outfit_id = newest.id AND shown AND release_id = %(release)s LIMIT 1
        ) AS prediction
    ), compared AS MATERIALIZED (
        -- Not a join: expecting a single row, the planner would take the mean anew for each.
        SELECT outfit_id, embedding <#> (SELECT avg(embedding) FROM looks) AS distance FROM looks
    )
    (SELECT outfit_id FROM compared ORDER BY distance, outfit_id LIMIT 1)
    UNION ALL
    (SELECT outfit_id FROM compared ORDER BY distance DESC, outfit_id LIMIT 1)
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def extremes_of(owner_id: int, release_id: int) -> Extremes | None:
    """The most typical and the most unusual outfit of those for which this release speaks.

    None if they are the same one, or there is none.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EXTREMES, {"owner": owner_id, "limit": NEWEST, "release": release_id})
        ids = [outfit_id for (outfit_id,) in cursor.fetchall()]
    return Extremes(*ids) if len(set(ids)) == 2 else None


_SIMILAR = f"""{_NEWEST}, this AS MATERIALIZED (
        SELECT release_id, embedding FROM classifier_prediction
        WHERE outfit_id = %(outfit)s AND shown LIMIT 1
    )
    SELECT newest.id, 1 - (prediction.embedding <=> this.embedding)
    FROM this CROSS JOIN newest CROSS JOIN LATERAL (
        SELECT embedding FROM classifier_prediction
        WHERE outfit_id = newest.id AND shown AND release_id = this.release_id LIMIT 1
    ) AS prediction
    WHERE newest.id <> %(outfit)s
    ORDER BY 2 DESC, 1
    LIMIT %(count)s
"""  # noqa: S608  (no value is pasted in, only our own SQL)


def similar_to(owner_id: int, outfit_id: uuid.UUID, count: int) -> dict[uuid.UUID, float]:
    """The person's outfits that look most like this one of theirs, with the cosine, best first.

    Only outfits for which the same release speaks; empty while this one has no prediction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SIMILAR,
            {"owner": owner_id, "limit": NEWEST, "outfit": outfit_id, "count": count},
        )
        return dict(cursor.fetchall())
