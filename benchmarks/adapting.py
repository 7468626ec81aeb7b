"""`python -m benchmarks.adapting`: what an answer that learns from a person costs a worker.

Runs with the product's environment on a database with a release and without outfits, and prints
JSON: milliseconds a photo, medians. Everybody told of as many outfits as are looked at.
"""

import hashlib
import json
import statistics
import time
import uuid
from typing import Any

import django

CLAIM = 32
ROUNDS = 30


def main() -> None:
    """Histories of 32 people, then claims of their photos; everything is taken back."""
    django.setup()
    from django.db import connection, transaction

    with transaction.atomic():
        told, silent = _people(told=True), _people(told=False)
        with connection.cursor() as cursor:
            for table in ("outfit", "prediction", "review", "preferences"):
                cursor.execute(f"ANALYZE classifier_{table}")
        figures = {
            "adapting_silent_ms": _cost(silent),
            "adapting_ms": _cost(told),
            "adapting_one_person_ms": _cost(told[:1] * CLAIM),
            "adapting_one_photo_ms": _cost(told[:1]),
        }
        transaction.set_rollback(True)
    print(json.dumps(figures))


def _people(*, told: bool) -> list[int]:
    import numpy as np
    from django.contrib.auth.models import User

    from classifier.models import Outfit, Prediction, Release, Review
    from classifier.personalization.rows import NEWEST

    release = Release.objects.get(status=Release.Status.ACTIVE)
    random = np.random.default_rng(0)
    people = User.objects.bulk_create(User(username=f"{told}-{n}") for n in range(CLAIM))
    outfits = Outfit.objects.bulk_create(
        _outfit(owner.pk, Outfit.Status.DONE) for owner in people for _ in range(NEWEST)
    )
    predictions = Prediction.objects.bulk_create(
        _prediction(each.pk, release, random) for each in outfits
    )
    if told:
        Review.objects.bulk_create(
            Review(
                prediction=prediction,
                by_id=outfit.owner_id,
                role=Review.Role.OWNER,
                verdict=Review.Verdict.WRONG,
                style=release.styles.ids[1],
            )
            for prediction, outfit in zip(predictions, outfits, strict=True)
        )
    return [owner.pk for owner in people]


def _outfit(owner_id: int, status: str) -> Any:
    from django.utils import timezone

    from classifier.models import Outfit

    outfit_id = uuid.uuid4()
    return Outfit(
        id=outfit_id,
        owner_id=owner_id,
        sha256=hashlib.sha256(outfit_id.bytes).hexdigest(),
        width=1,
        height=1,
        stored_bytes=1,
        status=status,
        style="casual" if status == Outfit.Status.DONE else "",
        certainty=Outfit.Certainty.SURE if status == Outfit.Status.DONE else "",
        classified=timezone.now() if status == Outfit.Status.DONE else None,
    )


def _prediction(outfit_id: uuid.UUID, release: Any, random: Any) -> Any:
    """Made up: whatever it says costs the same."""
    from classifier.models import Prediction

    said = random.dirichlet([0.3] * len(release.styles.ids))
    look = random.normal(size=256)
    return Prediction(
        outfit_id=outfit_id,
        release=release,
        probabilities=said.tolist(),
        style=release.styles.ids[int(said.argmax())],
        confidence=float(said.max()),
        decided=True,
        activation_map=b"",
        embedding=(look / (look @ look) ** 0.5).tolist(),
        milliseconds=1.0,
    )


def _cost(owners: list[int]) -> float:
    """Milliseconds a photo, of a claim with a photo of each of them."""
    import numpy as np

    from classifier.models import Outfit, Release
    from classifier.personalization.writing import personal_answers

    release = Release.objects.get(status=Release.Status.ACTIVE)
    random = np.random.default_rng(1)
    outfits = Outfit.objects.bulk_create(_outfit(owner, Outfit.Status.QUEUED) for owner in owners)
    predictions = [_prediction(each.pk, release, random) for each in outfits]
    costs = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        personal_answers(predictions)
        costs.append(1000 * (time.perf_counter() - before) / len(owners))
    return statistics.median(costs)


if __name__ == "__main__":
    main()
