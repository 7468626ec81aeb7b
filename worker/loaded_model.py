"""What a worker process holds in memory: the active release with its bundle and its engine."""

import os
import socket
import time
from dataclasses import dataclass, replace

import numpy as np
import structlog
from django.conf import settings

from classifier.models import Release
from classifier.monitoring.heartbeat import WarmWorker, report_warm
from inference.bundle import Bundle
from inference.engine import Engine, load_engine
from inference.preprocessing import INPUT_SIZE
from worker.releases import fetch_bundle

log = structlog.get_logger(__name__)


class NoActiveRelease(Exception):
    """There is nothing to classify with."""

    def __init__(self) -> None:
        super().__init__(
            "No release is active: run `manage.py register_release models/starter --activate`."
        )


@dataclass(frozen=True)
class LoadedModel:
    """A release, ready to run."""

    release: Release
    bundle: Bundle
    engine: Engine


_loaded: LoadedModel | None = None


def worker_name() -> str:
    """This process, for people who read `claimed_by`: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def loaded_model() -> LoadedModel:
    """The active release with its engine; loads it first, and anew when another became active.

    Raises NoActiveRelease, BundleError, EngineError and what the bucket raises.
    """
    global _loaded  # noqa: PLW0603  (one engine a process is the point)
    active = Release.objects.filter(status=Release.Status.ACTIVE).defer("metrics").first()
    if active is None:
        raise NoActiveRelease
    if _loaded is None or _loaded.release.sha256 != active.sha256:
        _loaded = _load(active)
    return replace(_loaded, release=active)


def _load(release: Release) -> LoadedModel:
    started = time.perf_counter()
    bundle = fetch_bundle(release)
    if not settings.FASI_GATE:
        bundle = bundle.without_gate()
    engine = load_engine(settings.FASI_ENGINE, bundle)
    engine.run(np.zeros((1, INPUT_SIZE, INPUT_SIZE, 3), dtype=np.uint8))  # the first run allocates
    log.info(
        "engine_warm",
        release=release.name,
        engine=engine.name,
        seconds=round(time.perf_counter() - started, 2),
    )
    return LoadedModel(release, bundle, engine)


def report() -> None:
    """Load what is active, if need be, and tell `/readyz` that this process is warm."""
    model = loaded_model()
    report_warm(WarmWorker(worker_name(), model.engine.name, model.release.name))
