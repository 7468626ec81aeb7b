"""What people are shown of releases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from classifier.models import Activation, Release, ServingWorker
from classifier.monitoring.serving import serving_workers

LATEST = 10_000
"""So many predictions, the newest, are counted: however many there are, it costs the same."""


@dataclass(frozen=True)
class Row:
    """A release with its share of the newest predictions and how many workers serve it."""

    release: Release
    share: float
    workers: int
    refusing: int

    @property
    def top1(self) -> float | None:
        """The share of validation photos that it is right on."""
        return _figure(self.release.metrics, "validation", "top1", "value")

    @property
    def macro(self) -> float | None:
        """The mean of that over the styles."""
        return _figure(self.release.metrics, "validation", "macro_recall")


@dataclass(frozen=True)
class Detail:
    """One release, what became of it, and who serves it or could not load it."""

    row: Row
    activations: Sequence[Activation]
    workers: Sequence[ServingWorker]


def releases() -> list[Row]:
    """All of them, the newest first."""
    shares = _shares()
    workers = list(serving_workers())
    serving = Counter(worker.release for worker in workers)
    refusing = Counter(worker.refused for worker in workers)
    return [
        Row(each, shares.get(each.pk, 0.0), serving[each.name], refusing[each.name])
        for each in Release.objects.order_by("-created", "-pk")
    ]


def detail(release: Release) -> Detail:
    """What the page of a release shows."""
    workers = [each for each in serving_workers() if release.name in (each.release, each.refused)]
    row = Row(
        release,
        _shares().get(release.pk, 0.0),
        sum(each.release == release.name for each in workers),
        sum(each.refused == release.name for each in workers),
    )
    activations = release.activations.select_related("by").order_by("-pk")[:50]
    return Detail(row, list(activations), workers)


def _figure(metrics: Any, *keys: str) -> float | None:
    """A number of the bundle's metrics, which are whatever somebody's training wrote."""
    for key in keys:
        metrics = metrics.get(key) if isinstance(metrics, dict) else None
    return metrics if isinstance(metrics, float) and 0 <= metrics <= 1 else None


def _shares() -> dict[int, float]:
    """By release, its share of the newest predictions, read along their index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT release_id, count(*) FROM ("
            "   SELECT release_id FROM classifier_prediction ORDER BY created DESC LIMIT %s"
            ") AS newest GROUP BY release_id",
            [LATEST],
        )
        counts = dict(cursor.fetchall())
    total = sum(counts.values())
    return {release: count / total for release, count in counts.items()}
