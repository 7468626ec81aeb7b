"""Which worker process serves which release, and what it could not load.

Each says so about every few seconds, by the database's clock. Unlike `heartbeat`, which asks
whether anybody is warm, this is for whoever promotes a release and wants to see it arrive.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet
from django.db.models.functions import Now

from classifier.models import ServingWorker

SEEN_S = 30
"""Whoever has not been heard of for so long is gone."""
FORGOTTEN_S = 3600


@dataclass(frozen=True)
class Serving:
    """What one worker process serves, and what it was to load but could not, with the reason."""

    worker: str
    engine: str = ""
    release: str = ""
    refused: str = ""
    reason: str = ""


def report_serving(serving: Serving, *, changed: bool) -> None:
    """Write down what this worker serves; `changed` since it said so last."""
    said = {
        "engine": serving.engine,
        "release": serving.release,
        "refused": serving.refused,
        "reason": serving.reason,
        "seen": Now(),
        **({"since": Now()} if changed else {}),
    }
    ServingWorker.objects.update_or_create(name=serving.worker, defaults=said)
    if changed:
        ServingWorker.objects.filter(seen__lt=Now() - timedelta(seconds=FORGOTTEN_S)).delete()


def stopped_serving(worker: str) -> None:
    """This worker ends in good order."""
    ServingWorker.objects.filter(name=worker).delete()


def serving_workers() -> QuerySet[ServingWorker]:
    """Those that were heard of lately, by name."""
    return ServingWorker.objects.filter(seen__gte=Now() - timedelta(seconds=SEEN_S)).order_by(
        "name"
    )
