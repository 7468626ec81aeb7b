"""Keeping the vectors that are searched as the active release sees the catalogue.

Run again and again: it adds what was classified since, whoever did it, a worker or a backfill, and
takes away what counts no longer. Two releases are never searched together, so after a promotion the
catalogue comes back as the backfill predicts it, and after a rollback at once.
"""

import time
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from classifier.models import CatalogueItem, CatalogueVector, Outfit, Prediction, Release
from classifier.personalization.weights import FEWEST_PEOPLE

_ADD = """
    INSERT INTO classifier_cataloguevector (item_id, release_id, style, embedding, popular)
    SELECT item.id, prediction.release_id,
           CASE WHEN item.style = ANY(%(styles)s) THEN item.style ELSE prediction.style END,
           prediction.embedding, 0
    FROM classifier_catalogueitem AS item
    JOIN classifier_outfit AS outfit
      ON outfit.id = item.outfit_id AND outfit.status = 'done' AND outfit.kind = 'outfit'
    JOIN classifier_prediction AS prediction
      ON prediction.outfit_id = outfit.id AND prediction.release_id = %(release)s
     AND prediction.kind = 'outfit'
    WHERE NOT EXISTS (
        SELECT FROM classifier_cataloguevector AS vector
        WHERE vector.item_id = item.id AND vector.release_id = %(release)s
    )
    LIMIT %(portion)s
    ON CONFLICT DO NOTHING
"""
PORTION = 1_000
"""Vectors that are added in one transaction: each finds its neighbours in the index."""
# What few people said is nobody's to see, and what people said who want no part in suggestions
# counts for none.
_POPULAR = """
    WITH said AS (
        SELECT opinion.item_id, count(*) AS people,
               count(*) FILTER (WHERE said = 'liked') - count(*) FILTER (WHERE said = 'hidden')
               AS more
        FROM classifier_opinion AS opinion
        JOIN auth_user AS person ON person.id = opinion.owner_id AND person.is_active
        LEFT JOIN classifier_preferences AS chosen ON chosen.owner_id = opinion.owner_id
        WHERE chosen.adapts IS NOT FALSE
        GROUP BY opinion.item_id HAVING count(*) >= %(fewest)s
    ), now AS (
        SELECT vector.id, coalesce(round(more / (people + 10.0), 1), 0)::float AS popular
        FROM classifier_cataloguevector AS vector LEFT JOIN said ON said.item_id = vector.item_id
    )
    UPDATE classifier_cataloguevector AS vector SET popular = now.popular
    FROM now WHERE now.id = vector.id AND now.popular <> vector.popular
"""


def index_catalogue(seconds: float) -> int:
    """Bring the vectors up to date, as far as the time goes. Returns how many were added."""
    release = Release.objects.filter(status=Release.Status.ACTIVE).defer("metrics").first()
    if release is None:
        return 0
    gone = ~Q(release=release) | ~Q(item__outfit__kind=Prediction.Kind.OUTFIT)
    CatalogueVector.objects.filter(gone).delete()
    end = time.monotonic() + seconds
    styles = list(release.styles.ids)
    added = 0
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(_ADD, {"release": release.pk, "styles": styles, "portion": PORTION})
            added += cursor.rowcount
            if not cursor.rowcount:
                break
        cursor.execute(_POPULAR, {"fewest": FEWEST_PEOPLE})
    return added


@dataclass(frozen=True)
class Standing:
    """How far the catalogue is: items by what became of them."""

    items: int
    waiting: int
    failed: int
    without_outfit: int
    searched: int


def standing() -> Standing:
    """Counted now."""
    items = CatalogueItem.objects.all()
    pending = (Outfit.Status.QUEUED, Outfit.Status.RUNNING)
    return Standing(
        items=items.count(),
        waiting=items.filter(outfit__status__in=pending).count(),
        failed=items.filter(outfit__status=Outfit.Status.FAILED).count(),
        without_outfit=items.filter(outfit__status=Outfit.Status.DONE)
        .exclude(outfit__kind=Prediction.Kind.OUTFIT)
        .count(),
        searched=CatalogueVector.objects.filter(release__status=Release.Status.ACTIVE).count(),
    )
