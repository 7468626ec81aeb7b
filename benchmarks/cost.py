"""`python -m benchmarks.cost`: the CPU time that one photo takes, by the part that takes it.

Photos a second depend on what else a machine does; CPU time hardly does. Sixteen clients post
photos over HTTP, everything is stored and classified, and each process's time is read from the
kernel before and after, with that of its children that ended meanwhile.
"""

import argparse
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import psutil

from benchmarks.whole_way import CLIENTS, KILOBYTES, PATIENCE_S, Uploader
from tests.support.images import numbered
from tests.support.live_stack import LiveStack
from tests.support.noisy_photos import noisy_photo
from tests.support.starting import own_folder, wait_until

PARTS = (
    "site", "decoders", "worker", "waiting", "beat", "nginx", "postgres", "valkey", "seaweedfs",
)  # fmt: skip


def main() -> None:
    """Measure in several rounds, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=400, help="photos in a round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with own_folder("cost") as folder, LiveStack(folder, {}) as stack:
        rounds = measure(stack, options.n, options.rounds)
    for part in (*PARTS, "together", "photos/s"):
        figures = [each[part] for each in rounds]
        shown = "  ".join(f"{figure:6.2f}" for figure in figures)
        print(f"{part:12}{statistics.median(figures):8.2f}   of {shown}")


def measure(stack: LiveStack, photos: int, rounds: int) -> list[dict[str, float]]:
    """Milliseconds of CPU a photo by part, in each round, and photos a second."""
    stack.start_beat()
    stack.start_worker()
    wait_until(stack.is_ready, "a warm worker", PATIENCE_S)
    visitor, numbers, photo = stack.visitor(), count(), noisy_photo(0, KILOBYTES)

    def upload(share: int) -> None:
        uploader = Uploader(visitor)
        for _ in range(share):
            uploader.upload(numbered(photo, next(numbers)))

    def all_upload(many: int) -> float:
        begun = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as threads:
            for each in [threads.submit(upload, many // CLIENTS) for _ in range(CLIENTS)]:
                each.result()
        wait_until(lambda: not stack.unfinished(), "all are done", PATIENCE_S, pause_s=0.1)
        return (many // CLIENTS) * CLIENTS / (time.monotonic() - begun)

    all_upload(photos // 4)  # warms everything up
    found = []
    for _ in range(rounds):
        before = _used(stack)
        rate = all_upload(photos)
        sent = (photos // CLIENTS) * CLIENTS
        used = {part: 1000 * (s - before[part]) / sent for part, s in _used(stack).items()}
        found.append({**used, "together": sum(used.values()), "photos/s": rate})
    return found


def _used(stack: LiveStack) -> dict[str, float]:
    """Seconds of CPU of each part up to now; a child that ended counts as its parent's kind."""
    used = dict.fromkeys(PARTS, 0.0)
    for part in stack.parts:
        name = {"web": "site"}.get(part.log.stem, part.log.stem)
        for process in _tree(part.process.pid):
            own = "decoders" if "imaging.child" in process.cmdline() else name
            times = process.cpu_times()
            used[own] += times.user + times.system
            ended = "decoders" if name == "site" else name
            used[ended] += times.children_user + times.children_system
    for service in stack.local.services:
        assert service.process is not None
        for process in _tree(service.process.pid):
            used[service.name] += sum(process.cpu_times()[:4])
    return used


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


if __name__ == "__main__":
    main()
