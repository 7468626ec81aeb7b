"""`python -m benchmarks.profile`: the profile's queries with a million outfits in the tables.

Runs with the product's environment on a database without outfits (`python -m fasi_site.local run
--fresh -- python -m benchmarks.profile`), and prints JSON. The first person has 100,000 of the
million, scattered among the others', the second 1,000.
"""

import json
import statistics
import time
import uuid
from collections.abc import Callable

import django

ROUNDS = 10


def main() -> None:
    """Fill the tables and print the median milliseconds of each query."""
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.core.management import call_command

    from benchmarks import million
    from classifier.accept import accept_photo
    from classifier.models import Outfit, Release
    from tests.drawing import outfit_jpeg

    call_command("setup_site", "--demo", verbosity=0)
    people = [User.objects.create(username=f"person-{n}").pk for n in range(million.OWNERS)]
    model = accept_photo(people[0], ContentFile(outfit_jpeg(), name="1.jpg")).outfit
    million.fill(model, Release.objects.get(), people)
    few = User.objects.create(username="few").pk
    Outfit.objects.filter(
        pk__in=Outfit.objects.filter(owner=people[-1]).order_by("?").values("pk")[:1000]
    ).update(owner=few)
    print(json.dumps(_times("100k", people[0]) | _times("1k", few)))


def _times(name: str, owner: int) -> dict[str, float]:
    from classifier.models import Outfit, Release
    from classifier.wearing import extremes_of, latest_styles, similar_to, worn_by

    release = Release.objects.get().pk
    newest = Outfit.objects.filter(owner=owner, status="done").latest("created").pk
    return {
        f"profile_by_day_ms_{name}": _median(lambda: worn_by(owner)),
        f"profile_latest_ms_{name}": _median(lambda: latest_styles(owner)),
        f"profile_extremes_ms_{name}": _median(lambda: extremes_of(owner, release)),
        f"similar_ms_{name}": _median(lambda: similar_to(owner, uuid.UUID(str(newest)), 12)),
    }


def _median(call: Callable[[], object]) -> float:
    costs = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        call()
        costs.append(1000 * (time.perf_counter() - before))
    return round(statistics.median(costs), 1)


if __name__ == "__main__":
    main()
