"""A worker process notices within a second that another release is active, and changes over to it.

A thread of the process asks the database, fetches the bundle, verifies, probes and warms the new
engine while the old one goes on serving, and then hands it over: the next claim takes it. For that
while there are two bundles in memory. A release that cannot be loaded leaves the old one serving,
which is logged, counted and reported, and is tried again later.
"""

import ctypes
import gc
import threading
import time
import weakref
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from classifier.models import Release
from classifier.monitoring.metrics import SWAP, SWAPS
from classifier.monitoring.serving import Serving, report_serving, stopped_serving
from classifier.releases.lifecycle import before_active
from classifier.storage.objects import StorageUnavailable
from worker.loaded_model import LoadedModel, active_release, held, load, worker_name

log = structlog.get_logger(__name__)

REPORT_S = 5
AGAIN_S = 1.0, 30.0
"""The first and the longest pause before a bucket that was away is asked again."""
LASTING_AGAIN_S = 60.0
"""Before a bundle that is wrong is fetched anew: somebody may have mended it."""
JOIN_S = 2


@dataclass
class Refused:
    """A release that could not be loaded, and when it is tried again."""

    release: Release
    reason: str
    pause_s: float
    again_at: float


class Watcher(threading.Thread):
    """See the module. One a process, started by `start_watching`."""

    def __init__(self) -> None:
        super().__init__(name="releases", daemon=True)
        self.ended = threading.Event()
        self._refused: Refused | None = None
        self._leaving: weakref.ref[Any] | None = None
        self._said: Serving | None = None
        self._said_at = 0.0

    def run(self) -> None:
        """Look once in FASI_RELEASE_POLL_S seconds, until the process ends."""
        while not self.ended.wait(max(0.1, settings.FASI_RELEASE_POLL_S)):
            try:
                close_old_connections()
                self._look()
                self._free()
                self._say()
            except DatabaseError as error:
                connection.close()
                log.info("releases_not_looked_at", error=str(error))
            except Exception:
                log.exception("releases_not_looked_at")
        connection.close()

    def _look(self) -> None:
        active = active_release()
        if active is None:
            return
        if held.model is not None and held.model.release.sha256 == active.sha256:
            held.keep(active)
            self._refused = None
        elif self._due(active):
            self._change_to(active)

    def _due(self, release: Release) -> bool:
        refused = self._refused
        if refused is None or refused.release.sha256 != release.sha256:
            return True
        return time.monotonic() >= refused.again_at

    def _change_to(self, release: Release) -> None:
        started = time.perf_counter()
        try:
            with held.loading:
                if held.model is not None and held.model.release.sha256 == release.sha256:
                    return  # whoever wanted to classify was first
                model = load(release)
        except Exception as error:  # whatever an engine raises, the old one goes on
            self._refuse(release, error)
            self._fall_back(release)
            return
        now = active_release()
        if now is not None and now.sha256 != release.sha256:
            return  # rolled back meanwhile
        self._hand_over(model)
        self._refused = None
        seconds = time.perf_counter() - started
        SWAPS.labels("done").inc()
        SWAP.observe(seconds)
        log.info("release_swapped", release=release.name, seconds=round(seconds, 2))

    def _hand_over(self, model: LoadedModel) -> None:
        if held.model is not None:
            self._leaving = weakref.ref(held.model.engine)
        held.model = model

    def _refuse(self, release: Release, error: Exception) -> None:
        lasting = not isinstance(error, (StorageUnavailable, DatabaseError))
        first, longest = (LASTING_AGAIN_S,) * 2 if lasting else AGAIN_S
        before = self._refused
        if before is not None and before.release.sha256 == release.sha256:
            first = min(longest, 2 * before.pause_s)
        reason = str(error) or type(error).__name__
        self._refused = Refused(release, reason, first, time.monotonic() + first)
        SWAPS.labels("refused").inc()
        serves = held.model.release.name if held.model else ""
        log.warning("release_refused", release=release.name, reason=reason, serves=serves)

    def _fall_back(self, release: Release) -> None:
        """A process that holds nothing yet takes the release that was active before."""
        before = before_active(release) if held.model is None else None
        if before is not None:
            held.keep(before.release)

    def _free(self) -> None:
        """Give the memory of the old engine back, once no claim uses it any more."""
        if self._leaving is None or self._leaving() is not None:
            return
        self._leaving = None
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU C library
        if trim is not None:
            trim(0)

    def _say(self) -> None:
        model, refused = held.model, self._refused
        serving = Serving(
            worker=worker_name(),
            engine=model.engine.name if model else "",
            release=model.release.name if model else "",
            refused=refused.release.name if refused else "",
            reason=refused.reason if refused else "",
        )
        changed = serving != self._said
        if changed or time.monotonic() >= self._said_at + REPORT_S:
            report_serving(serving, changed=changed)
            self._said, self._said_at = serving, time.monotonic()


_watcher: Watcher | None = None


def start_watching() -> None:
    """Begin, in the process that serves; never before a fork."""
    global _watcher  # noqa: PLW0603  (one a process)
    if _watcher is None:
        held.watched = True
        _watcher = Watcher()
        _watcher.start()


def stop_watching() -> None:
    """The process ends: look no more, and be no worker any more."""
    global _watcher
    if _watcher is None:
        return
    _watcher.ended.set()
    _watcher.join(JOIN_S)
    _watcher, held.watched = None, False
    try:
        stopped_serving(worker_name())
    except DatabaseError:
        log.info("end_not_reported")  # others notice soon
