"""`python -m benchmarks.pages`: history, profile and search with a million outfits in the tables.

Runs with the product's environment on a database without outfits (`python -m fasi_site.local run
--fresh -- python -m benchmarks.pages`), and prints JSON. The first person has 100,000 of the
million, scattered among the others', the second 1,000. Pages are whole requests: all middleware,
the session, the queries, the signed addresses of the photos and the HTML.
"""

import json
import statistics
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

ROUNDS = 10
PAGES = 200


def main() -> None:
    """Fill the tables, then print milliseconds: medians of queries, the p95 of pages."""
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
    million.fill(model, Release.objects.get(), [each.pk for each in people])
    few = User.objects.create(username="few")
    Outfit.objects.filter(
        pk__in=Outfit.objects.filter(owner=people[-1]).order_by("?").values("pk")[:1000]
    ).update(owner=few)
    figures: dict[str, float] = {}
    for name, person in {"100k": people[0], "1k": few}.items():
        figures |= _pages(name, person) | _queries(name, person.pk)
    print(json.dumps(figures))


def _pages(name: str, user: "User") -> dict[str, float]:
    """History pages as somebody reads them: the newest, far down, filtered, the chart."""
    from django.test import Client

    from classifier.history.pages import DayPlace
    from classifier.models import Outfit

    reader = Client(HTTP_HOST="127.0.0.1")
    reader.force_login(user)
    oldest = list(Outfit.objects.filter(owner=user).order_by("day", "created")[:100])
    far = oldest[-1]
    after = str(DayPlace.of(far))
    asked = [
        {},
        {"after": after},
        {"style": far.style},
        {"certainty": "unsure"},
        {"certainty": "corrected"},
        {"since": f"{far.day}", "until": f"{far.day}"},
        {"style": far.style, "certainty": "unsure", "after": after},
    ]
    searched = [
        {"q": "linen"},  # frequent
        {"q": "wedding"},  # twenty among 100,000
        {"q": "oldcoat"},  # the oldest tenth of the history
        {"q": "oldcoat wool", "after": after},
        {"q": "nowhere"},
        {"q": f"{far.style} navy"},
        {"q": str(far.day.year), "tag": "tag 3"},
        {"colour": "beige", "favorite": "1"},
        {"favorite": "1"},
    ]
    costs = [_answered(reader, "/outfits/", asked[n % len(asked)]) for n in range(PAGES)]
    finds = [_answered(reader, "/outfits/", searched[n % len(searched)]) for n in range(PAGES)]
    charts = [_answered(reader, "/outfits/timeline/", {}) for _ in range(ROUNDS)]
    return {
        f"history_p50_ms_{name}": round(statistics.median(costs), 1),
        f"history_p95_ms_{name}": round(statistics.quantiles(costs, n=20)[-1], 1),
        f"search_p50_ms_{name}": round(statistics.median(finds), 1),
        f"search_p95_ms_{name}": round(statistics.quantiles(finds, n=20)[-1], 1),
        f"timeline_first_ms_{name}": round(charts[0], 1),
        f"timeline_p50_ms_{name}": round(statistics.median(charts), 1),
    }


def _answered(reader: "Client", path: str, query: dict[str, str]) -> float:
    before = time.perf_counter()
    answer = reader.get(path, query)
    cost = 1000 * (time.perf_counter() - before)
    if answer.status_code != 200:
        raise SystemExit(f"{path} was answered with {answer.status_code}")
    return cost


def _queries(name: str, owner: int) -> dict[str, float]:
    from classifier.history.queries import daily_totals, extremes_of, latest_styles, similar_to
    from classifier.models import Outfit, Release

    release = Release.objects.get().pk
    newest = Outfit.objects.filter(owner=owner, status="done").latest("created").pk
    return {
        f"profile_by_day_ms_{name}": _median(lambda: daily_totals(owner)),
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
