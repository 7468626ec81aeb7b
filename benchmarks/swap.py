"""A release is promoted and rolled back while photos come in: what people and the host notice.

Several times to and fro between the starter and a copy of it. Hold: nothing fails or is lost, the
p95 of what came in during a change is at most twice that of the rest, and the worker's memory ends
where it began.
"""

import shutil
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from benchmarks.whole_way import Uploader
from tests.support.images import numbered
from tests.support.live_part import Part
from tests.support.live_stack import LiveStack
from tests.support.noisy_photos import noisy_photo
from tests.support.probed_bundle import renew
from tests.support.starting import ROOT, wait_until

TIMES = 4
PAUSE_S = 0.1
"""Between two uploads of each client."""
CLIENTS = 2
NORMAL = 60
"""Photos between two changes."""
PATIENCE_S = 300.0
MB = 1024**2


def measure(stack: LiveStack) -> dict[str, float]:
    """Latencies in ms, seconds until every worker serves the other release, MB of the worker."""
    ((starter,),) = stack.query("SELECT name FROM classifier_release WHERE status = 'active'")
    folder = stack.data.path / "swap-bundle"
    shutil.copytree(ROOT / "models" / "starter", folder)
    stack.python("manage.py", "release", "add", str(_other(folder)), "--name", "swapped")
    worker = stack.start_worker()
    stack.start_beat()
    wait_until(lambda: _serves(stack, starter), "a warm worker", PATIENCE_S)
    changes: list[tuple[float, float]] = []
    with _load(stack), _Memory(worker) as memory:
        _some_more(stack)
        memory.settle()
        for turn in range(TIMES):
            back = turn % 2 == 1
            changes.append(_change(stack, back, starter if back else "swapped"))
            _some_more(stack)
        memory.end()
    wait_until(lambda: not stack.unfinished(), "all are done", PATIENCE_S)
    during, else_ = _latencies(stack, changes)
    ((lost,),) = stack.query("SELECT count(*) FROM classifier_outfit WHERE status <> 'done'")
    worker.terminate()
    stack.forget()
    return {
        "swap_s": statistics.median(end - begin for begin, end in changes[::2]),
        "swap_back_s": max(end - begin for begin, end in changes[1::2]),
        "swap_lost": float(lost),
        "swap_p95_normal_ms": _p95(else_),
        "swap_p95_during_ms": _p95(during),
        "swap_p95_times": _p95(during) / _p95(else_),
        "swap_before_mb": memory.before,
        "swap_peak_mb": memory.peak,
        "swap_after_mb": memory.after,
    }


def _other(folder: Path) -> Path:
    return renew(folder, card="# A copy of the starter\n")


def _serves(stack: LiveStack, name: str) -> bool:
    """Whether every worker process does."""
    return stack.query(
        "SELECT DISTINCT release FROM classifier_servingworker WHERE seen > now() - interval '30 s'"
    ) == [(name,)]


def _change(stack: LiveStack, back: bool, name: str) -> tuple[float, float]:
    """When it was decided, and when every worker served it, by the database's clock."""
    command = ["rollback"] if back else ["promote", name]
    stack.python("manage.py", "release", *command)
    wait_until(lambda: _serves(stack, name), f"{name} serves", PATIENCE_S)
    ((begin, end),) = stack.query(
        "SELECT (SELECT extract(epoch FROM max(at))::float FROM classifier_auditentry"
        "          WHERE action IN ('release_activated', 'release_rolled_back')),"
        "       (SELECT extract(epoch FROM max(since))::float FROM classifier_servingworker)"
    )
    return begin, end


@contextmanager
def _load(stack: LiveStack) -> Iterator[None]:
    """Clients that upload one photo after the other, with a pause."""
    visitor, photo = stack.visitor(), noisy_photo(0, 60)
    numbers, enough = count(), threading.Event()

    def upload() -> None:
        uploader = Uploader(visitor)
        while not enough.wait(PAUSE_S):
            uploader.upload(numbered(photo, next(numbers)))

    threads = [threading.Thread(target=upload) for _ in range(CLIENTS)]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        enough.set()
        for each in threads:
            each.join()


def _some_more(stack: LiveStack) -> None:
    """Wait for photos that meet no change."""
    ((before,),) = stack.query("SELECT count(*) FROM classifier_outfit WHERE status = 'done'")
    wait_until(
        lambda: (
            stack.query(
                "SELECT count(*) >= %s FROM classifier_outfit WHERE status = 'done'",
                before + NORMAL,
            )
            == [(True,)]
        ),
        "photos are classified",
        PATIENCE_S,
        pause_s=0.2,
    )


def _latencies(
    stack: LiveStack, changes: list[tuple[float, float]]
) -> tuple[list[float], list[float]]:
    """Milliseconds from being queued to the prediction: during a change, and else."""
    during: list[float] = []
    otherwise: list[float] = []
    for queued, done in stack.query(
        "SELECT extract(epoch FROM queued_at)::float, extract(epoch FROM classified)::float"
        " FROM classifier_outfit WHERE status = 'done'"
    ):
        met = any(begin <= done and queued <= end for begin, end in changes)
        (during if met else otherwise).append(1000 * (done - queued))
    return during, otherwise


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


class _Memory:
    """Megabytes that the worker's process with the engine holds, looked at all the time."""

    def __init__(self, worker: Part) -> None:
        self._child = max(worker.children(), key=lambda each: each.memory_info().rss)
        self.before = self.peak = self.after = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def settle(self) -> None:
        """What it holds now is normal."""
        self.before = self.peak = self._now()

    def end(self) -> None:
        """What it holds now is what stays."""
        time.sleep(2)  # the old engine is let go at the watcher's next look
        self.after = self._now()

    def _now(self) -> float:
        return float(self._child.memory_info().rss) / MB

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            self.peak = max(self.peak, self._now())
