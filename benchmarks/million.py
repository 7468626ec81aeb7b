"""A million outfits with predictions, a tenth of them of one person, for benchmarks of pages."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from django.db import connection

if TYPE_CHECKING:
    from classifier.models import Outfit, Release

ALL = 1_000_000
OWNERS = 10
"""Every tenth outfit is the first owner's: their rows lie scattered, as they do in production."""
POOL = 5_000
DAYS = 3 * 365

_CREATED = f"now() - k * interval '{DAYS} days' / %(all)s"
# All else is as in the row that is cloned, so that every column has what the product gives it.
_VALUES = {
    "id": "gen_random_uuid()",
    "sha256": "md5(k::text)",
    "owner_id": f"(%(owners)s)[k %% {OWNERS} + 1]",
    "status": "'done'",
    "created": _CREATED,
    "day": f"({_CREATED})::date",
    "classified": _CREATED,
    "style": "pool.style",
    "certainty": "CASE WHEN pool.confidence > 0.5 THEN 'sure' ELSE 'unsure' END",
    "favorite": f"k %% 500 < {OWNERS}",
    "tags": f"CASE WHEN k %% 200 < {OWNERS} THEN ARRAY['tag ' || k %% 7] ELSE '{{}}' END",
    "palette": """'[["#14213d", 0.6], ["#d2b48c", 0.4]]'::jsonb""",
    "words": f"""array_to_tsvector(ARRAY(
        SELECT (%(owners)s)[k %% {OWNERS} + 1] || word FROM unnest(ARRAY[
            ':img', ':' || k, CASE WHEN k %% 3 = 0 THEN ':wool' ELSE ':linen' END,
            CASE WHEN k / {OWNERS} %% 5000 = 4321 THEN ':wedding' ELSE ':day' END,
            CASE WHEN k > %(all)s * 0.9 THEN ':oldcoat' ELSE ':newcoat' END,
            CASE WHEN k %% 200 < {OWNERS} THEN '#tag ' || k %% 7 ELSE '#none' END,
            '@' || (ARRAY['black', 'navy', 'beige', 'red', 'white'])[k / {OWNERS} %% 5 + 1]
        ]) AS word
    ))""",
}
_OUTFITS = f"""
    INSERT INTO classifier_outfit ({{columns}}) SELECT {{values}}
    FROM (SELECT * FROM classifier_outfit LIMIT 1) AS model,
         generate_series(1, %(all)s) AS k JOIN pool ON pool.n = k::bigint * 7919 %% {POOL}
"""
_POOL = """
    CREATE TEMPORARY TABLE pool AS
    SELECT row_number() OVER () - 1 AS n, array(SELECT jsonb_array_elements(each->'p')::float)
           AS probabilities, each->>'s' AS style, (each->>'c')::float AS confidence,
           (each->'e')::text::halfvec AS embedding
    FROM jsonb_array_elements(%s) AS each
"""
_PREDICTIONS = f"""
    INSERT INTO classifier_prediction (outfit_id, release_id, probabilities, style, confidence,
        decided, activation_map, embedding, milliseconds, created)
    SELECT outfit.id, %s, pool.probabilities, pool.style, pool.confidence,
           pool.confidence > 0.5, decode(repeat('7f', 49), 'hex'), pool.embedding, 10,
           outfit.created
    FROM (SELECT id, created, row_number() OVER (ORDER BY created DESC) AS n
          FROM classifier_outfit WHERE status = 'done') AS outfit
    JOIN pool ON pool.n = outfit.n * 7919 %% {POOL}
"""
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN (
        SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass
    )
"""


def fill(model: "Outfit", release: "Release", owners: list[int], rows: int = ALL) -> None:
    """Make `rows` outfits like `model`, with predictions by `release`; `owners` are OWNERS ids."""
    random = np.random.default_rng(0)
    ids = release.styles.ids
    shares = random.dirichlet(np.full(len(ids), 0.15), POOL)
    centres = random.normal(size=(len(ids), 256))
    vectors = centres[shares.argmax(axis=1)] + random.normal(size=(POOL, 256))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pool = [
        {
            "p": share.round(4).tolist(),
            "s": ids[int(share.argmax())],
            "c": float(share.max().clip(0, 1)),
            "e": vector.round(4).tolist(),
        }
        for share, vector in zip(shares, vectors, strict=True)
    ]
    columns = [str(each.column) for each in model._meta.concrete_fields]
    values = [_VALUES.get(each, f"model.{each}") for each in columns]
    with connection.cursor() as cursor:
        cursor.execute(_POOL, [json.dumps(pool)])
        with indexes_after("classifier_outfit"):
            cursor.execute(
                _OUTFITS.format(columns=", ".join(columns), values=", ".join(values)),
                {"owners": owners, "all": rows},
            )
        with indexes_after("classifier_prediction"):
            cursor.execute(_PREDICTIONS, [release.pk])
        cursor.execute("DROP TABLE pool")
        cursor.execute("VACUUM ANALYZE classifier_outfit")
        cursor.execute("VACUUM ANALYZE classifier_prediction")


@contextmanager
def indexes_after(table: str) -> Iterator[None]:
    """Without the table's indexes within the block, as far as no constraint rests on them."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [table, table])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)
