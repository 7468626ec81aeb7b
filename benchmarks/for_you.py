"""`python -m benchmarks.for_you`: how long suggestions take, and what the index misses.

Runs with the product's environment on a database without outfits (`python -m fasi_site.local run
--fresh -- python -m benchmarks.for_you`), and prints JSON: milliseconds of whole requests to the
page, for a person with 100,000 outfits, one with 1,000 and one with none; and the share of the
nearest items that the index finds, with and without a filter by style. `--outfits` and `--items`
are how many there are in all; photos are not fetched.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from classifier.models import Release

PAGES = 60
QUERIES = 100
WANTED = 40

# Each item is an outfit of the catalogue with a vector: around the centre of its style.
_ITEMS = """
    WITH model AS (SELECT * FROM classifier_outfit LIMIT 1),
    made AS (
        INSERT INTO classifier_outfit ({columns})
        SELECT {values} FROM model, generate_series(1, %(items)s) AS k RETURNING id
    )
    INSERT INTO classifier_catalogueitem (id, outfit_id, title, link, style, created)
    SELECT gen_random_uuid(), id, 'An item', '', '', now() FROM made
"""
_VALUES = {
    "id": "gen_random_uuid()",
    "sha256": "md5('item' || k)",
    "owner_id": "%(owner)s",
    "status": "'done'",
    "classified": "now()",
    "source": "'catalogue'",
}


def main() -> None:
    """Fill the tables, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outfits", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=100_000)
    options = parser.parse_args()
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.core.management import call_command

    from benchmarks import million
    from classifier.models import Outfit, Release
    from classifier.uploads.accept import accept_photo
    from tests.support.images import outfit_jpeg

    call_command("setup_site", "--demo", verbosity=0)
    people = [User.objects.create(username=f"person-{n}") for n in range(million.OWNERS)]
    model = accept_photo(people[0].pk, ContentFile(outfit_jpeg(), name="1.jpg")).outfit
    release = Release.objects.get()
    million.fill(model, release, [each.pk for each in people], options.outfits)
    few = User.objects.create(username="few")
    theirs = Outfit.objects.filter(owner=people[-1]).order_by("?").values("pk")[:1000]
    Outfit.objects.filter(pk__in=theirs).update(owner=few)
    figures: dict[str, float] = {"items": options.items, "outfits": options.outfits}
    figures["index_built_s"] = _fill(release, options.items)
    for name, person in {"100k": people[0], "1k": few, "none": User.objects.create()}.items():
        figures |= _told(_pages(name, person))
    for name, styles in {"": release.styles.ids, "_one_style": release.styles.ids[:1]}.items():
        figures |= _told(_search(name, release.pk, styles))
    print(json.dumps(figures))


def _told(figures: dict[str, float]) -> dict[str, float]:
    """At once: filling the tables took minutes, and what comes next may fail."""
    print(figures, file=sys.stderr)
    return figures


def _fill(release: "Release", count: int) -> float:
    """The catalogue. Seconds that building the index took."""
    import numpy as np
    from django.db import connection

    from benchmarks.million import indexes_after
    from classifier.catalogue_items.account import catalogue_owner
    from classifier.models import CatalogueItem, CatalogueVector, Outfit

    columns = [str(each.column) for each in Outfit._meta.concrete_fields]
    values = ", ".join(_VALUES.get(each, f"model.{each}") for each in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            _ITEMS.format(columns=", ".join(columns), values=values),
            {"items": count, "owner": catalogue_owner()},
        )
    random = np.random.default_rng(0)
    styles = release.styles.ids
    centres = random.normal(size=(len(styles), 256))
    ids = list(CatalogueItem.objects.values_list("pk", flat=True))
    with indexes_after("classifier_cataloguevector"):
        for begin in range(0, count, 5_000):
            some = ids[begin : begin + 5_000]
            of_style = random.integers(0, len(styles), len(some))
            looks = centres[of_style] + random.normal(size=(len(some), 256))
            looks /= np.linalg.norm(looks, axis=1, keepdims=True)
            rows = zip(some, of_style, looks.round(4).tolist(), strict=True)
            CatalogueVector.objects.bulk_create(
                CatalogueVector(item_id=item, release=release, style=styles[style], embedding=look)
                for item, style, look in rows
            )
        before = time.perf_counter()
    seconds = time.perf_counter() - before
    with connection.cursor() as cursor:
        for table in ("outfit", "catalogueitem", "cataloguevector"):
            cursor.execute(f"VACUUM ANALYZE classifier_{table}")
    return round(seconds, 1)


def _pages(name: str, user: "User") -> dict[str, float]:
    from django.test import Client

    reader = Client(HTTP_HOST="127.0.0.1")
    reader.force_login(user)
    costs = []
    for number in range(PAGES):
        query = {"wardrobe": "women"} if number % 3 == 0 else {}
        before = time.perf_counter()
        answer = reader.get("/for-you/", query)
        costs.append(1000 * (time.perf_counter() - before))
        if answer.status_code != 200 or b"data-item" not in answer.content:
            raise SystemExit(f"/for-you/ was answered with {answer.status_code}, or without items")
    return {
        f"for_you_p50_ms_{name}": round(statistics.median(costs), 1),
        f"for_you_p95_ms_{name}": round(statistics.quantiles(costs, n=20)[-1], 1),
    }


def _search(name: str, release_id: int, styles: Collection[str]) -> dict[str, float]:
    """Of the items nearest to some looks that are between those of the catalogue."""
    import numpy as np

    from classifier.models import CatalogueVector
    from classifier.personalization.nearest import nearest

    some = CatalogueVector.objects.order_by("?").values_list("embedding", flat=True)[: 2 * QUERIES]
    looks = np.array([list(each) for each in some], float)
    between = looks[:QUERIES] + looks[QUERIES:]
    between /= np.linalg.norm(between, axis=1, keepdims=True)
    recalls, costs = [], []
    for look in between.tolist():
        exact = _exact(str(look), styles)
        before = time.perf_counter()
        found = nearest([str(look)], release_id, styles, [], WANTED)
        costs.append(1000 * (time.perf_counter() - before))
        recalls.append(len(set(found) & exact) / len(exact))
    return {
        f"recall_at_{WANTED}{name}": round(statistics.mean(recalls), 3),
        f"recall_worst_{WANTED}{name}": round(min(recalls), 3),
        f"nearest_p50_ms{name}": round(statistics.median(costs), 1),
    }


def _exact(look: str, styles: Sequence[str] | Collection[str]) -> set[object]:
    """By looking at all of them: no index orders by a sum."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item_id FROM classifier_cataloguevector WHERE style = ANY(%s)"
            " ORDER BY (embedding <#> %s::halfvec) + 0 LIMIT %s",
            [list(styles), look, WANTED],
        )
        return {item_id for (item_id,) in cursor.fetchall()}


if __name__ == "__main__":
    main()
