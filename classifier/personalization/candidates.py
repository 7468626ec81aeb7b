"""Items that one person may be shown, with what speaks for and against each, from the database.

Two ways lead to them: those nearest to how the person wears their styles, and in each style those
that people like best, which is all there is for somebody of whom nothing is known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from classifier.personalization.nearest import nearest
from classifier.personalization.ranking import Candidate
from classifier.personalization.taste import Taste

NEAREST = 40
"""Items for each of a person's looks."""
POPULAR = 12
"""Items for each style."""
COMPARED = 20
"""As many as this of the newest likes, and of what was hidden, count."""

_POPULAR = """
    SELECT found.item_id
    FROM unnest(%(styles)s::text[]) AS wanted(style)
    CROSS JOIN LATERAL (
        SELECT item_id FROM classifier_cataloguevector
        WHERE release_id = %(release)s AND style = wanted.style
          AND item_id <> ALL(%(without)s::uuid[])
        ORDER BY popular DESC, id DESC LIMIT %(most)s
    ) AS found
"""
_SAID = """
    SELECT vector.item_id, vector.embedding
    FROM (
        SELECT item_id FROM classifier_opinion WHERE owner_id = %(owner)s AND said = '{said}'
        ORDER BY created DESC LIMIT %(compared)s
    ) AS opinion
    JOIN classifier_cataloguevector AS vector
      ON vector.item_id = opinion.item_id AND vector.release_id = %(release)s
"""
_FACTS = f"""
    WITH centres AS MATERIALIZED (
        SELECT given.vector::halfvec AS embedding FROM unnest(%(centres)s::text[]) AS given(vector)
    ), liked AS MATERIALIZED ({_SAID.format(said="liked")}),
    hidden AS MATERIALIZED ({_SAID.format(said="hidden")})
    SELECT vector.item_id, vector.style, vector.popular,
           coalesce((SELECT max(-(vector.embedding <#> embedding)) FROM centres), 0),
           coalesce((SELECT max(-(vector.embedding <#> embedding)) FROM hidden), 0),
           nearest_liked.item_id, coalesce(nearest_liked.cosine, 0)
    FROM classifier_cataloguevector AS vector
    LEFT JOIN LATERAL (
        SELECT liked.item_id, -(vector.embedding <#> liked.embedding) AS cosine
        FROM liked ORDER BY 2 DESC LIMIT 1
    ) AS nearest_liked ON true
    WHERE vector.release_id = %(release)s AND vector.item_id = ANY(%(items)s::uuid[])
"""  # noqa: S608  (no value is pasted in, only our own SQL)
_COSINES = """
    WITH chosen AS MATERIALIZED (
        SELECT given.place, vector.embedding
        FROM unnest(%(items)s::uuid[]) WITH ORDINALITY AS given(item_id, place)
        JOIN classifier_cataloguevector AS vector
          ON vector.item_id = given.item_id AND vector.release_id = %(release)s
    )
    SELECT one.place - 1, other.place - 1, -(one.embedding <#> other.embedding)
    FROM chosen AS one JOIN chosen AS other ON one.place < other.place
"""


@dataclass(frozen=True)
class Found:
    """An item, and which of those that the person liked looks most like it."""

    item_id: UUID
    like: UUID | None


def candidates_for(
    owner_id: int | None,
    release_id: int,
    taste: Taste,
    styles: Collection[str],
    without: Collection[UUID],
) -> list[Candidate[Found]]:
    """Items of these styles that are not among `without`, with their facts.

    Without an owner, nobody's likes are looked at.
    """
    items: set[UUID] = set()
    if taste.centres:
        items |= set(nearest(taste.centres, release_id, styles, without, NEAREST))
    with connection.cursor() as cursor:
        cursor.execute(
            _POPULAR,
            {
                "release": release_id,
                "without": list(without),
                "styles": list(styles),
                "most": POPULAR,
            },
        )
        items |= {item_id for (item_id,) in cursor.fetchall()}
        cursor.execute(
            _FACTS,
            {
                "owner": owner_id,
                "release": release_id,
                "items": list(items),
                "centres": list(taste.centres),
                "compared": COMPARED,
            },
        )
        return [
            Candidate(Found(item_id, like), style, look, liked, hidden, popular)
            for item_id, style, popular, look, hidden, like, liked in cursor.fetchall()
        ]


def cosines_between(items: Sequence[UUID], release_id: int) -> list[list[float]]:
    """Of each item to each other, in their order; an item that is gone is like none."""
    cosines = [[0.0] * len(items) for _ in items]
    with connection.cursor() as cursor:
        cursor.execute(_COSINES, {"items": list(items), "release": release_id})
        for one, other, cosine in cursor.fetchall():
            cosines[one][other] = cosines[other][one] = cosine
    return cosines
