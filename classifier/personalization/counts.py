"""What became of suggestions, for Prometheus: shown, liked and hidden, by release and variant."""

from classifier.models import Release
from classifier.monitoring.metrics import SUGGESTIONS


def count(event: str, variant: str, release: str, times: int = 1) -> None:
    """So many were shown, liked or hidden. Without a variant nobody's taste had a part in it."""
    SUGGESTIONS.labels(event, release, variant or "nobody").inc(times)


def active_release() -> str:
    """The name of the release that serves, or an empty one."""
    active = Release.objects.filter(status=Release.Status.ACTIVE)
    return active.values_list("name", flat=True).first() or ""
