"""`python -m benchmarks.review [ROWS]`: the review queue with a million predictions.

Runs with the product's environment, on a database without outfits or after `benchmarks.pages` on
its, and prints JSON. All owners consent. What is measured is the claim (one statement, and reading
what a page shows), the whole answer to a verdict, and both again for somebody who has passed PASSED
photos, those most worth looking at: left half of them to a second reviewer, and skipped the others.
Meanwhile GROUPS pairs of others have passed photos, too.
"""

import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROUNDS = 60
PASSED = 20_000
GROUPS = 200
_PASS = """
    WITH best AS (
        SELECT outfit_id, row_number() OVER (ORDER BY worth DESC, outfit_id) AS place
        FROM classifier_reviewitem WHERE answered < wanted
        ORDER BY worth DESC, outfit_id LIMIT 2 * %(count)s
    )
    UPDATE classifier_reviewitem AS item
    SET wanted = 2, answered = place %% 2,
        answered_by = CASE WHEN place %% 2 = 1 THEN ARRAY[%(who)s]::int[] ELSE '{}' END,
        skipped_by = CASE WHEN place %% 2 = 0 THEN ARRAY[%(who)s]::int[] ELSE '{}' END
    FROM best WHERE best.outfit_id = item.outfit_id AND place <= %(count)s
"""
_OTHERS = """
    UPDATE classifier_reviewitem AS item
    SET wanted = 3, answered = 1, answered_by = ARRAY[100000 + place %% 20]::int[],
        skipped_by = ARRAY[200000 + place / 20]::int[]
    FROM (
        SELECT outfit_id, row_number() OVER () - 1 AS place FROM classifier_reviewitem
        WHERE answered_by = '{}' AND skipped_by = '{}' LIMIT %(groups)s
    ) AS one WHERE one.outfit_id = item.outfit_id
"""


def main(rows: int) -> None:
    """Fill the tables where they are empty, then print milliseconds and photos per second."""
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import million
    from classifier.models import Outfit, Release, ReviewItem
    from classifier.personal_data.consents import record_consent
    from classifier.reviews import filling
    from classifier.reviews.queue import claim, let_go
    from classifier.uploads.accept import accept_photo
    from tests.support.images import outfit_jpeg

    call_command("setup_site", "--demo", verbosity=0)
    if not Outfit.objects.filter(status="done").exists():
        people = [User.objects.create(username=f"person-{n}") for n in range(million.OWNERS)]
        model = accept_photo(people[0].pk, ContentFile(outfit_jpeg(), name="1.jpg")).outfit
        million.fill(model, Release.objects.get(), [each.pk for each in people], rows)
    for owner in User.objects.filter(outfits__status="done").distinct():
        record_consent(owner.pk, True)
    reviewer, passer = (
        User.objects.create_superuser(f"reviewer-{n}", f"r{n}@localhost", "x") for n in range(2)
    )
    began = time.perf_counter()
    count = filling.fill(budget_s=36_000)
    seconds = time.perf_counter() - began

    def change(*statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                values = {"who": passer.pk, "count": PASSED, "groups": GROUPS}
                cursor.execute(statement, values)
            cursor.execute("VACUUM ANALYZE classifier_reviewitem")

    def take(who: User) -> None:
        items = claim(who, 1)
        if not items:
            raise SystemExit("nothing to review")
        let_go(who, [items[0].pk])

    change()
    alone, answers = _timed(lambda: take(reviewer), ROUNDS), _answers(reviewer)
    change(_PASS, _OTHERS)
    passed, passed_answers = _timed(lambda: take(passer), ROUNDS), _answers(passer)
    figures = {
        "review_items": ReviewItem.objects.count(),
        "review_fill_per_s": count / seconds,
        "review_next_p50_ms": statistics.median(alone),
        "review_next_p95_ms": _p95(alone),
        "review_answer_p50_ms": statistics.median(answers),
        "review_answer_p95_ms": _p95(answers),
        "review_next_passed_p50_ms": statistics.median(passed),
        "review_next_passed_p95_ms": _p95(passed),
        "review_answer_passed_p95_ms": _p95(passed_answers),
    }
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))


def _answers(reviewer: "User") -> list[float]:
    """Milliseconds of whole answers to verdicts, each with what comes next."""
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1", HTTP_HX_REQUEST="true")
    client.force_login(reviewer)
    held = re.findall(r'data-outfit="([0-9a-f-]{36})"', client.get("/staff/review/").text)
    costs = []
    for _ in range(ROUNDS):
        first, *held = held
        before = time.perf_counter()
        answer = client.post(f"/staff/review/{first}/", {"say": "answer:no_style", "held": held})
        costs.append(1000 * (time.perf_counter() - before))
        if answer.status_code != 200:
            raise SystemExit(f"a verdict was answered with {answer.status_code}")
        held += re.findall(r'data-outfit="([0-9a-f-]{36})"', answer.text)
    return costs


def _timed(call: Callable[[], object], rounds: int) -> list[float]:
    costs = []
    for _ in range(rounds):
        before = time.perf_counter()
        call()
        costs.append(1000 * (time.perf_counter() - before))
    return costs


def _p95(costs: list[float]) -> float:
    return statistics.quantiles(costs, n=20)[-1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
