"""A person's earlier outfits, as rows tell it, for outfits that were just predicted.

Two things, each of the newest NEWEST outfits: what the release said of them, or the person where
they did; and those of which the person named a style, with how much they look like the new one.
Only what the owners said themselves, and only as the same release sees those outfits: what two
releases say has nothing in common. After a change of the release a backfill brings the new one's
view of old outfits; until then there is nothing to adapt by.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from classifier.models import Prediction

NEWEST = 60
"""As many as the persons of the replay have."""

# Most people told us nothing, and one look at an index is all that they cost.
_TOLD_ENOUGH = """
    SELECT outfit.id, outfit.owner_id
    FROM classifier_outfit AS outfit
    LEFT JOIN classifier_preferences AS chosen ON chosen.owner_id = outfit.owner_id
    WHERE outfit.id = ANY(%(outfits)s::uuid[]) AND chosen.adapts IS NOT FALSE
      AND EXISTS (
        SELECT FROM classifier_review AS review
        WHERE review.by_id = outfit.owner_id AND review.role = 'owner' AND review.answer = 'style'
        OFFSET %(fewest)s - 1 LIMIT 1
      )
"""
_WORN = """
    SELECT owner.id, coalesce(said.style, ''), seen.probabilities::real[]
    FROM unnest(%(owners)s::int[]) AS owner(id)
    CROSS JOIN LATERAL (
        SELECT id FROM classifier_outfit
        WHERE owner_id = owner.id AND status = 'done' AND kind = 'outfit' AND style > ''
        ORDER BY created DESC, id DESC LIMIT %(newest)s
    ) AS earlier
    CROSS JOIN LATERAL (
        SELECT probabilities FROM classifier_prediction
        WHERE outfit_id = earlier.id AND release_id = %(release)s LIMIT 1
    ) AS seen
    LEFT JOIN LATERAL (
        SELECT review.style FROM classifier_review AS review
        JOIN classifier_prediction AS spoken ON spoken.id = review.prediction_id
        WHERE spoken.outfit_id = earlier.id AND review.by_id = owner.id AND review.answer = 'style'
        LIMIT 1
    ) AS said ON true
"""
# The database compares the looks: a cosine travels, not two embeddings. Unless it is told to keep
# what it read of a text, it reads it again for each look that it compares.
_TOLD = """
    WITH asked AS MATERIALIZED (
        SELECT number, id, owner_id, embedding::halfvec AS embedding
        FROM unnest(%(outfits)s::uuid[], %(owners)s::int[], %(embeddings)s::text[])
             WITH ORDINALITY AS given(id, owner_id, embedding, number)
    )
    SELECT asked.number, review.style, seen.probabilities::real[],
           -(seen.embedding <#> asked.embedding)
    FROM asked
    CROSS JOIN LATERAL (
        SELECT style, prediction_id FROM classifier_review
        WHERE by_id = asked.owner_id AND role = 'owner' AND answer = 'style'
        ORDER BY created DESC LIMIT %(newest)s
    ) AS review
    JOIN classifier_prediction AS spoken ON spoken.id = review.prediction_id
    JOIN classifier_outfit AS earlier
      ON earlier.id = spoken.outfit_id AND earlier.owner_id = asked.owner_id
     AND earlier.status = 'done'
    CROSS JOIN LATERAL (
        SELECT probabilities, embedding FROM classifier_prediction
        WHERE outfit_id = earlier.id AND release_id = %(release)s LIMIT 1
    ) AS seen
    WHERE earlier.id <> asked.id
"""


@dataclass
class Earlier:
    """What is known when an outfit comes.

    `worn`: of the newest outfits, newest first, the style that the owner named, or an empty one,
    and what the release said. `told`: of the newest that the owner named a style of, that style,
    what the release said, and the cosine to the new one.
    """

    worn: list[tuple[str, list[float]]]
    told: list[tuple[str, list[float], float]] = field(default_factory=list)


def earlier_of(
    predictions: Sequence[Prediction], release_id: int, fewest: int
) -> dict[uuid.UUID, Earlier]:
    """By outfit, for those whose owners told of enough others, and did not switch it off."""
    with connection.cursor() as cursor:
        ids = [each.outfit_id for each in predictions]
        cursor.execute(_TOLD_ENOUGH, {"outfits": ids, "fewest": fewest})
        owners: dict[uuid.UUID, int] = dict(cursor.fetchall())
        asked = [each for each in predictions if each.outfit_id in owners]
        if not asked:
            return {}
        common = {"release": release_id, "newest": NEWEST}
        cursor.execute(_WORN, {"owners": list(set(owners.values())), **common})
        worn: dict[int, list[tuple[str, list[float]]]] = {}
        for owner_id, style, probabilities in cursor.fetchall():
            worn.setdefault(owner_id, []).append((style, probabilities))
        found = {each.outfit_id: Earlier(worn.get(owners[each.outfit_id], [])) for each in asked}
        cursor.execute(
            _TOLD,
            {
                "outfits": [each.outfit_id for each in asked],
                "owners": [owners[each.outfit_id] for each in asked],
                "embeddings": [str(list(each.embedding)) for each in asked],
                **common,
            },
        )
        looks = [found[each.outfit_id].told for each in asked]
        for number, *told in cursor.fetchall():
            looks[number - 1].append(tuple(told))
    return {outfit_id: each for outfit_id, each in found.items() if len(each.told) >= fewest}
