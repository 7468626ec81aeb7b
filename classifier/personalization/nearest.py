"""Items of the catalogue that look most like given vectors, by pgvector's index.

The index holds the vectors of all styles and, for a moment after a promotion, of two releases. So a
search filters while it walks along it, further and further until it has enough (pgvector's
iterative scan; HNSW: Malkov and Yashunin 2018, "Efficient and robust approximate nearest neighbor
search using hierarchical navigable small world graphs", TPAMI). How much of the exact answer it
finds: `python -m benchmarks.for_you`.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection, transaction

EF_SEARCH = 100
"""How many vectors a walk keeps in mind; more find more of what is near, and take longer."""
MOST_SCANNED = 20_000
"""A filter that leaves hardly anything ends the walk here."""

_WALK = f"""
    SET LOCAL hnsw.ef_search = {EF_SEARCH};
    SET LOCAL hnsw.iterative_scan = 'relaxed_order';
    SET LOCAL hnsw.max_scan_tuples = {MOST_SCANNED}
"""
_NEAREST = """
    WITH wanted AS MATERIALIZED (
        SELECT given.vector::halfvec AS vector FROM unnest(%(vectors)s::text[]) AS given(vector)
    )
    SELECT DISTINCT found.item_id
    FROM wanted CROSS JOIN LATERAL (
        SELECT item_id FROM classifier_cataloguevector
        WHERE release_id = %(release)s AND style = ANY(%(styles)s)
          AND item_id <> ALL(%(without)s::uuid[])
        ORDER BY embedding <#> wanted.vector LIMIT %(most)s
    ) AS found
"""


def nearest(
    vectors: Sequence[str],
    release_id: int,
    styles: Collection[str],
    without: Collection[UUID],
    most: int,
) -> list[UUID]:
    """The `most` items nearest to each of the vectors, of these styles and not among `without`.

    Vectors are as pgvector writes them, and of unit length as all embeddings.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_WALK)
        cursor.execute(
            _NEAREST,
            {
                "vectors": list(vectors),
                "release": release_id,
                "styles": list(styles),
                "without": list(without),
                "most": most,
            },
        )
        return [item_id for (item_id,) in cursor.fetchall()]
