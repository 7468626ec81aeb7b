"""What a worker process holds in memory: a release with its bundle and its engine.

Where `worker.watching` looks for another active release, it loads that one in the background and
puts it here, and whoever asks gets what is here; elsewhere (a command, a test) whoever asks waits
until the active one is loaded.
"""

import os
import socket
import threading
import time
from dataclasses import dataclass, replace

import structlog
from django.conf import settings

from classifier.models import Release
from classifier.monitoring.heartbeat import WarmWorker, report_warm
from inference.bundle import Bundle
from inference.engine import Engine
from worker.releases import fetch_bundle, probed_engine

log = structlog.get_logger(__name__)


class NoActiveRelease(Exception):
    """There is nothing to classify with."""

    def __init__(self) -> None:
        super().__init__(
            "No release is active: run `manage.py release add models/starter --promote`."
        )


@dataclass(frozen=True)
class LoadedModel:
    """A release, ready to run."""

    release: Release
    bundle: Bundle
    engine: Engine


class Held:
    """The one model of this process. It changes between claims only: a claim keeps what it took."""

    def __init__(self) -> None:
        self.model: LoadedModel | None = None
        self.watched = False
        self.loading = threading.Lock()

    def keep(self, release: Release) -> LoadedModel:
        """Hold this release; loads it, unless it is here. Raises what `load` raises."""
        with self.loading:
            if self.model is None or self.model.release.sha256 != release.sha256:
                self.model = load(release)
            elif self.model.release.pk != release.pk:
                self.model = replace(self.model, release=release)
            return self.model


held = Held()


def worker_name() -> str:
    """This process, for people who read `claimed_by`: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def active_release() -> Release | None:
    """What workers are to load."""
    return Release.objects.filter(status=Release.Status.ACTIVE).defer("metrics").first()


def loaded_model() -> LoadedModel:
    """The model to classify with now.

    Raises NoActiveRelease, and what `load` raises where nothing is held yet.
    """
    if held.watched and held.model is not None:
        return held.model
    active = active_release()
    if active is None:
        raise NoActiveRelease
    return held.keep(active)


def load(release: Release) -> LoadedModel:
    """The release with its engine, verified, tried on its probe and warm.

    Raises BundleError, KeyRefused, EngineError, ProbeFailed and what the bucket raises.
    """
    started = time.perf_counter()
    bundle = fetch_bundle(release)
    if not settings.FASI_GATE:
        bundle = bundle.without_gate()
    engine = probed_engine(bundle)
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
