"""The sign of life of warm workers: written by them at each sweep, read by `/readyz`."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.cache import cache

KEY = "warm-worker"


@dataclass(frozen=True)
class WarmWorker:
    """A worker process that holds an engine with a release, ready to classify."""

    worker: str
    engine: str
    release: str


def report_warm(worker: WarmWorker) -> None:
    """Say that this worker is warm; it holds until three sweeps have gone by without word."""
    cache.set(KEY, asdict(worker), timeout=3 * settings.FASI_SWEEP_S + settings.FASI_HARD_LIMIT_S)


def warm_worker() -> WarmWorker | None:
    """The worker that was last heard of, if that is not too long ago."""
    found = cache.get(KEY)
    return WarmWorker(**found) if found else None
