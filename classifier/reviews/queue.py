"""Taking photos from the review queue: each for one reviewer at a time, by a lease.

    claim(reviewer, 3)                      the three most worth looking at
    claim(reviewer, 2, besides=[first])     two more

One statement takes them and starts their leases, by the database's clock. It passes over what
somebody else has, what this reviewer gave a verdict on or skipped, what is their own, and what its
owner does not let staff look at (any more). A lease that ran out is as good as none.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from classifier.leases import seconds_from_now
from classifier.models import Outfit, Prediction, ReviewItem

# Whoever has passed many photos (left to a second reviewer, or skipped) must not walk past them
# again for each next one. So the indexes of the queue begin with who has passed a photo; of these
# arrays there are about as many as reviewers, each found by one step along the index (a loose index
# scan, https://wiki.postgresql.org/wiki/Loose_indexscan), and only those without this reviewer are
# read, the best of each.
_PASSED = "array_cat(item.answered_by, item.skipped_by)"
_LISTS = f"""
    WITH RECURSIVE passed AS (
        (SELECT {_PASSED} AS by_whom FROM classifier_reviewitem AS item
         WHERE item.answered < item.wanted AND {{among}} ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT {_PASSED} FROM classifier_reviewitem AS item
                WHERE item.answered < item.wanted AND {{among}} AND {_PASSED} > passed.by_whom
                ORDER BY 1 LIMIT 1)
        FROM passed WHERE passed.by_whom IS NOT NULL
    ), lists AS (
        SELECT by_whom FROM passed WHERE NOT by_whom @> ARRAY[%(me)s]::int[]
    )
"""  # noqa: S608  (no value is pasted in, only our own SQL)
# Subqueries, not joins: whatever the planner expects, it goes along an index of the queue and asks
# about one photo after the other until it has enough.
_CONSENTS = """
    (SELECT outfit.review_asked IS NOT NULL OR (
        SELECT consent.given FROM classifier_consent AS consent
        JOIN auth_user AS owner ON owner.id = consent.owner_id AND owner.is_active
        WHERE consent.owner_id = item.owner_id AND consent.purpose = 'training'
        ORDER BY consent.changed DESC, consent.id DESC LIMIT 1
    ) IS TRUE
    FROM classifier_outfit AS outfit WHERE outfit.id = item.outfit_id AND outfit.status = 'done')
"""
_FREE = f"""
    item.answered < item.wanted AND item.owner_id <> %(me)s
    AND (item.lease_until IS NULL OR item.lease_until <= now() OR item.claimed_by_id = %(me)s)
    AND NOT {_PASSED} @> ARRAY[%(me)s]::int[]
"""
# More are looked at than taken: others may take some of them in the same moment.
_CLAIM = f"""
    {_LISTS}, near AS MATERIALIZED (
        SELECT item.outfit_id, item.worth FROM lists CROSS JOIN LATERAL (
            SELECT item.outfit_id, item.worth FROM classifier_reviewitem AS item
            WHERE {_PASSED} = lists.by_whom AND {_FREE} AND {{among}} AND {{after}}
                AND item.outfit_id <> ALL(%(besides)s::uuid[]) AND {_CONSENTS}
            ORDER BY {{order}} LIMIT %(count)s + {{spare}}
        ) AS item
        ORDER BY {{order}} LIMIT %(count)s + {{spare}}
    ), picked AS MATERIALIZED (
        SELECT item.outfit_id FROM near JOIN classifier_reviewitem AS item USING (outfit_id)
        WHERE {_FREE} ORDER BY {{order}} LIMIT %(count)s
        FOR UPDATE OF item SKIP LOCKED
    )
    UPDATE classifier_reviewitem AS item
    SET claimed_by_id = %(me)s, lease_until = now() + make_interval(secs => %(lease)s)
    FROM picked WHERE item.outfit_id = picked.outfit_id
    RETURNING item.outfit_id
"""  # noqa: S608
_SPARE = 32
_NEXT = _CLAIM.format(
    among="true", after="true", order="item.worth DESC, item.outfit_id", spare=_SPARE
)
_ALIKE = _CLAIM.format(
    among="item.style = %(style)s",
    after="(item.worth, item.outfit_id) > (%(worth)s, %(outfit)s::uuid)",
    order="item.worth, item.outfit_id",
    spare=_SPARE,
)
_WAITING = f"""
    {_LISTS.format(among="true")}
    SELECT count(*) FROM (
        SELECT 1 FROM lists CROSS JOIN LATERAL (
            SELECT 1 FROM classifier_reviewitem AS item
            WHERE {_PASSED} = lists.by_whom AND {_FREE} LIMIT %(most)s
        ) AS item LIMIT %(most)s
    ) AS free
"""  # noqa: S608


_FIRST = uuid.UUID(int=0)


@dataclass(frozen=True)
class GridPlace:
    """Where a grid of photos of one style ended."""

    worth: float = -1.0
    outfit_id: uuid.UUID = _FIRST

    @classmethod
    def read(cls, text: str) -> "GridPlace":
        """From `str(place)`; the beginning, where that makes no sense."""
        worth, _, outfit_id = text.partition("_")
        try:
            return cls(float(worth), uuid.UUID(outfit_id))
        except ValueError:
            return cls()

    def __str__(self) -> str:
        return f"{self.worth!r}_{self.outfit_id}"


def claim(reviewer: User, count: int, besides: Collection[uuid.UUID] = ()) -> list[ReviewItem]:
    """The photos most worth looking at, with a lease; what they have already comes again.

    `besides` are those that are in front of them.
    """
    taken = _taken(_NEXT, reviewer, count, besides=[str(each) for each in besides])
    return sorted(taken, key=lambda each: (-each.worth, each.pk))


def claim_alike(
    reviewer: User, count: int, style: str, after: GridPlace | None = None
) -> list[ReviewItem]:
    """Photos of which the model says this style, the surest first, with a lease."""
    place = after or GridPlace()
    values = {"style": style, "worth": place.worth, "outfit": str(place.outfit_id), "besides": []}
    taken = _taken(_ALIKE, reviewer, count, **values)
    return sorted(taken, key=lambda each: (each.worth, each.pk))


def reclaim(reviewer: User, outfits: Collection[uuid.UUID]) -> list[ReviewItem]:
    """Take these again, as far as nobody else has them and the reviewer may have them."""
    free = Q(lease_until=None) | Q(lease_until__lte=Now()) | Q(claimed_by=reviewer)
    theirs = Q(owner=reviewer) | Q(answered_by__contains=[reviewer.pk])
    items = ReviewItem.objects.filter(free, outfit__in=outfits, answered__lt=F("wanted"))
    may = items.exclude(theirs | Q(skipped_by__contains=[reviewer.pk]))
    _change(may, claimed_by=reviewer, lease_until=_later())
    return list(_shown(_held(reviewer, outfits)))


def renew(reviewer: User, outfits: Collection[uuid.UUID]) -> None:
    """Prolong the reviewer's leases of these."""
    _change(_held(reviewer, outfits), lease_until=_later())


def let_go(reviewer: User, outfits: Collection[uuid.UUID]) -> None:
    """End the reviewer's leases of these."""
    _change(_held(reviewer, outfits), claimed_by=None, lease_until=None)


def waiting(reviewer: User, most: int) -> int:
    """How many photos wait for this reviewer; counts up to `most`."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"me": reviewer.pk, "most": most})
        return int(cursor.fetchone()[0])


def _held(reviewer: User, outfits: Collection[uuid.UUID]) -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(outfit__in=outfits, claimed_by=reviewer)


def _change(items: QuerySet[ReviewItem], **change: Any) -> None:
    """In the order in which `worth` writes them, so that neither waits for the other for ever."""
    with transaction.atomic():
        rows = items.order_by("pk").select_for_update(no_key=True)
        ReviewItem.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**change)


def _later() -> Combinable:
    return seconds_from_now(settings.FASI_REVIEW_LEASE_S)


def _taken(statement: str, reviewer: User, count: int, **values: Any) -> list[ReviewItem]:
    lease = settings.FASI_REVIEW_LEASE_S
    with connection.cursor() as cursor:
        cursor.execute(statement, {"me": reviewer.pk, "count": count, "lease": lease, **values})
        ids = [outfit_id for (outfit_id,) in cursor.fetchall()]
    return list(_shown(ReviewItem.objects.filter(outfit__in=ids)))


def _shown(items: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
    """With what a page shows of them."""
    said = Prediction.objects.select_related("release").defer("embedding", "activation_map")
    outfits = Outfit.objects.prefetch_related(Prefetch("predictions", queryset=said))
    return items.prefetch_related(Prefetch("outfit", queryset=outfits))
