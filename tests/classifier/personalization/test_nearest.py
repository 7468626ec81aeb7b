"""Searching the catalogue: what is nearest, filtered, and as good as looking at everything."""

import numpy as np
from django.db import connection

from classifier.catalogue_items.account import catalogue_owner
from classifier.models import CatalogueItem, CatalogueVector, Outfit, Release
from classifier.personalization.nearest import nearest
from tests.support.catalogue import add_items
from tests.support.factories import another_release

ITEMS, QUERIES, WANTED = 2000, 20, 40


def vector(*numbers: float) -> str:
    return str([*numbers, *[0.0] * (256 - len(numbers))])


def test_the_nearest_of_the_wanted_styles_are_found(release: Release) -> None:
    (near,) = add_items(release, "casual", look=(1, 0))
    (far,) = add_items(release, "casual", look=(0, 1))
    (boho,) = add_items(release, "boho", look=(1, 0))
    other = another_release(release)

    def found(styles: list[str], most: int = 10, **options: object) -> set[object]:
        of, without = options.get("release", release), options.get("without", [])
        return set(nearest([vector(1)], of.pk, styles, without, most))  # type: ignore[arg-type, attr-defined]

    assert found(["casual"], 1) == {near.pk}
    assert found(["casual", "boho"]) == {near.pk, far.pk, boho.pk}
    assert found(["casual"], without=[near.pk]) == {far.pk}
    assert found(["casual"], release=other) == set()
    assert found([]) == set()


def test_the_index_finds_what_looking_at_everything_finds(release: Release) -> None:
    ids = _fill(release)
    random = np.random.default_rng(1)
    queries = random.normal(size=(QUERIES, 256)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE classifier_cataloguevector")
    for styles in (release.styles.ids, release.styles.ids[:1]):
        recalls = []
        for query in queries:
            text = str(query.tolist())
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT item_id FROM classifier_cataloguevector WHERE style = ANY(%s)"
                    " ORDER BY (embedding <#> %s::halfvec) + 0 LIMIT %s",
                    [list(styles), text, WANTED],
                )
                exact = {item for (item,) in cursor.fetchall()}
            assert len(exact) == WANTED
            found = set(nearest([text], release.pk, styles, [], WANTED))
            recalls.append(len(found & exact) / WANTED)
        assert np.mean(recalls) >= 0.9
    assert len(ids) == ITEMS


def _fill(release: Release) -> list[CatalogueItem]:
    """Vectors around a centre of each style, without photos."""
    random = np.random.default_rng(0)
    styles = release.styles.ids
    centres = random.normal(size=(len(styles), 256))
    owner_id = catalogue_owner()
    outfits = Outfit.objects.bulk_create(
        Outfit(owner_id=owner_id, sha256=f"{n:064}", width=1, height=1, stored_bytes=1, alone=False)
        for n in range(ITEMS)
    )
    items = CatalogueItem.objects.bulk_create(
        CatalogueItem(outfit=each, title="x") for each in outfits
    )
    looks = centres[np.arange(ITEMS) % len(styles)] + random.normal(size=(ITEMS, 256))
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    CatalogueVector.objects.bulk_create(
        CatalogueVector(
            item=item,
            release=release,
            style=styles[n % len(styles)],
            embedding=looks[n].tolist(),
        )
        for n, item in enumerate(items)
    )
    return items
