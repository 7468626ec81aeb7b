"""A million outfits with predictions, a tenth of them of one person, for benchmarks of pages."""

import json
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

# Clones of one row, so that every column has what the product gives it.
_OUTFITS = f"""
    INSERT INTO classifier_outfit
    SELECT (jsonb_populate_record(model, jsonb_build_object(
        'id', gen_random_uuid(), 'sha256', md5(k::text),
        'owner_id', (%(owners)s)[k %% {OWNERS} + 1],
        'status', 'done', 'created', now() - k * interval '{DAYS} days' / {ALL},
        'day', (now() - k * interval '{DAYS} days' / {ALL})::date,
        'classified', now() - k * interval '{DAYS} days' / {ALL}, 'style', pool.style,
        'certainty', CASE WHEN pool.confidence > 0.5 THEN 'sure' ELSE 'unsure' END)
    )).*
    FROM (SELECT outfit FROM classifier_outfit AS outfit LIMIT 1) AS one(model),
         generate_series(1, {ALL}) AS k JOIN pool ON pool.n = k::bigint * 7919 %% {POOL}
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


def fill(model: "Outfit", release: "Release", owners: list[int]) -> None:
    """Make ALL outfits like `model`, with predictions by `release`; `owners` are OWNERS ids."""
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
    with connection.cursor() as cursor:
        cursor.execute(_POOL, [json.dumps(pool)])
        cursor.execute(_OUTFITS, {"owners": owners})
        cursor.execute(_PREDICTIONS, [release.pk])
        cursor.execute("DROP TABLE pool")
        cursor.execute("VACUUM ANALYZE classifier_outfit")
        cursor.execute("VACUUM ANALYZE classifier_prediction")
