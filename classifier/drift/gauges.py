"""Drift for Prometheus: the newest week of the active release, by source."""

from collections.abc import Iterator
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from classifier.drift.weeks import traffic_of
from classifier.models import Release, TrafficState

ALL = "all"
_CACHE_S = 60
_LABELS = ["source"]


class DriftCollector(Collector):
    """Gauges of the newest week; nothing where no week was counted, or the database is away."""

    def collect(self) -> Iterator[Metric]:
        """See ``prometheus_client.registry.Collector``."""
        try:
            found = _read_lately()
        except DatabaseError:
            return
        yield GaugeMetricFamily(
            "fasi_drift_measured_timestamp_seconds",
            "When the weeks of traffic were counted last, in seconds since 1970; 0 for never.",
            found["measured"],
        )
        photos = GaugeMetricFamily(
            "fasi_drift_photos", "Photos of the newest week that was counted.", labels=_LABELS
        )
        p_values = GaugeMetricFamily(
            "fasi_drift_embedding_p",
            "How often chance makes the embeddings differ as much from the training photos'.",
            labels=_LABELS,
        )
        for source, count, p_value in found["newest"]:
            photos.add_metric([source], count)
            if p_value is not None:
                p_values.add_metric([source], p_value)
        value = GaugeMetricFamily(
            "fasi_drift_value",
            "A measure of the newest week: shares, mean confidence, distance of the mixture of"
            " styles to validation's, squared MMD of embeddings to training's.",
            labels=["source", "measure"],
        )
        change = GaugeMetricFamily(
            "fasi_drift_change",
            "The measure less its mean of the eight weeks before.",
            labels=["source", "measure"],
        )
        changed = GaugeMetricFamily(
            "fasi_drift_changed",
            "1 where that is more than chance explains and enough to matter.",
            labels=["source", "measure"],
        )
        for source, measure, now, usual, differs in found["compared"]:
            value.add_metric([source, measure], now)
            if usual is not None:
                change.add_metric([source, measure], now - usual)
                changed.add_metric([source, measure], int(differs))
        yield from (photos, p_values, value, change, changed)


def _read_lately() -> dict[str, Any]:
    """As it was a minute ago: several that ask at once cost one reading."""
    try:
        return cache.get_or_set("drift-gauges", _read, _CACHE_S) or _read()
    except RedisError:
        return _read()


def _read() -> dict[str, Any]:
    state = TrafficState.objects.first()
    measured = state.until.timestamp() if state and state.until else 0
    release = Release.objects.filter(status=Release.Status.ACTIVE).only("pk").first()
    if release is None:
        return {"measured": measured, "newest": [], "compared": []}
    traffic = traffic_of(release, timezone.now().date())
    return {
        "measured": measured,
        "newest": [
            (each.source or ALL, each.newest.photos, each.newest.p_value)
            for each in traffic.current
        ],
        "compared": [
            (each.source or ALL, str(each.measure), each.now, each.usual, each.changed)
            for each in traffic.compared()
        ],
    }
