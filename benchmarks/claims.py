"""`python -m benchmarks.claims`: how long a claim takes, with few and with a million rows queued.

Runs with the product's environment on a database without outfits, and prints JSON.
"""

import json
import statistics
import time

import django

SIZES = {"claim_ms_1k": 1_000, "claim_ms_100k": 100_000, "claim_ms_1m": 1_000_000}
CLAIM = 32
ROUNDS = 40
OWNERS = 100

# Clones of one row, so that every column has what the product gives it; turns as fair queueing
# gives them to so many owners.
_GROW = """
    INSERT INTO classifier_outfit
    SELECT (jsonb_populate_record(model, jsonb_build_object(
        'id', gen_random_uuid(), 'sha256', md5(n::text), 'turn', n / %(owners)s)
    )).*
    FROM (SELECT outfit FROM classifier_outfit AS outfit LIMIT 1) AS one(model),
         generate_series(%(begin)s, %(end)s) AS n
"""


def main() -> None:
    """Grow the queue and print the median milliseconds of a claim at each size."""
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.db import connection, transaction

    from classifier.lifecycle.claims import claim_outfits
    from classifier.uploads.accept import accept_photo
    from tests.support.images import outfit_jpeg

    accept_photo(User.objects.get(username="demo").pk, ContentFile(outfit_jpeg(), name="1.jpg"))
    figures, there = {}, 1
    for name, size in SIZES.items():
        with connection.cursor() as cursor:
            cursor.execute(_GROW, {"owners": OWNERS, "begin": there + 1, "end": size})
            cursor.execute("VACUUM ANALYZE classifier_outfit")
        there = size
        costs = []
        for _ in range(ROUNDS):
            with transaction.atomic():
                before = time.perf_counter()
                claims = claim_outfits("benchmark", CLAIM)
                costs.append(1000 * (time.perf_counter() - before))
                transaction.set_rollback(True)
            assert len(claims) == CLAIM
        figures[name] = statistics.median(costs)
    with connection.cursor() as cursor:  # a million rows deleted one by one take minutes
        cursor.execute("TRUNCATE classifier_outfit CASCADE")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
