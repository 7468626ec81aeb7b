"""Decoders are processes: what goes wrong in one ends there, and the next photo is read."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import psutil
import pytest
from PIL import Image

from imaging.decoders import Decoders
from imaging.limits import MEBIBYTE, Limits
from imaging.reasons import Reason, Rejected
from tests.support.images import outfit_jpeg
from tests.support.odd_photos import scan_bomb

ROOT = Path(__file__).parents[2]
UNBOUNDED = Limits(scans=10_000, scanned_pixels=10**12)


Make = Callable[..., Decoders]


@pytest.fixture
def make() -> Iterator[Make]:
    """Decoders of the test's own; their children end with it."""
    with ExitStack() as made:
        yield lambda *most, **options: made.enter_context(closing(Decoders(*most, **options)))


@cache
def slow(scans: int = 1_000) -> bytes:
    """What keeps a decoder busy, for 7 ms of CPU time a scan."""
    return scan_bomb(Image.linear_gradient("L").resize((5000, 4000)).convert("RGB"), scans)


def pids() -> set[int]:
    """The decoders of this process."""
    found = set()
    for each in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # it ends just now, or waits to be cleared away
            if "imaging.child" in each.cmdline():
                found.add(each.pid)
    return found


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def busy(pid: int) -> bool:
    return sum(psutil.Process(pid).cpu_times()[:2]) > 0.3


def reason(decoders: Decoders, data: bytes, limits: Limits) -> str:
    with pytest.raises(Rejected) as rejected:
        decoders.sanitise(data, limits)
    return rejected.value.reason


def test_one_child_reads_photo_after_photo(make: Make) -> None:
    before, decoders = pids(), make(1)
    for seed in range(3):
        assert decoders.sanitise(outfit_jpeg(seed), Limits()).height == 720
    assert len(pids() - before) == 1


def test_cpu_time_is_limited_by_the_kernel_and_the_next_photo_is_read(make: Make) -> None:
    decoders = make(1)
    limits = replace(UNBOUNDED, cpu_s=1)
    assert reason(decoders, slow(), limits) == Reason.DECODING_TOO_LONG
    assert decoders.sanitise(outfit_jpeg(), limits).height == 720


def test_time_is_limited_by_the_owner(make: Make) -> None:
    decoders = make(1)
    before = time.monotonic()
    assert reason(decoders, slow(), replace(UNBOUNDED, wall_s=1)) == Reason.DECODING_TOO_LONG
    assert time.monotonic() - before < 10
    assert decoders.sanitise(outfit_jpeg(), Limits()).height == 720


def test_memory_is_limited_by_the_kernel_too(make: Make) -> None:
    before, decoders = pids(), make(1)
    decoders.sanitise(outfit_jpeg(), Limits(memory=300 * MEBIBYTE))
    (pid,) = pids() - before
    most, _ = psutil.Process(pid).rlimit(psutil.RLIMIT_DATA)
    assert 300 * MEBIBYTE < most < 500 * MEBIBYTE


def test_a_photo_whose_decoder_was_killed_by_somebody_else_is_read_by_the_next(make: Make) -> None:
    before, decoders = pids(), make(1)
    decoders.sanitise(outfit_jpeg(), Limits())
    (pid,) = pids() - before
    os.kill(pid, signal.SIGKILL)
    assert decoders.sanitise(outfit_jpeg(1), Limits()).height == 720
    assert pids() - before != {pid}


def test_a_photo_that_ends_every_decoder_is_refused_and_the_next_is_read(make: Make) -> None:
    before, decoders = pids(), make(1)
    said: list[str] = []
    data = slow()
    thread = threading.Thread(target=lambda: said.append(reason(decoders, data, UNBOUNDED)))
    thread.start()
    for _ in range(2):
        until(lambda: any(busy(pid) for pid in pids() - before))
        (pid,) = pids() - before
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: pid not in pids())  # type: ignore[misc]
    thread.join(20)
    assert said == [Reason.DECODING_FAILED]
    assert decoders.sanitise(outfit_jpeg(), Limits()).height == 720


def test_a_crash_is_the_photos_own_fault(make: Make) -> None:
    before, decoders = pids(), make(1)
    said: list[str] = []
    data = slow()
    thread = threading.Thread(target=lambda: said.append(reason(decoders, data, UNBOUNDED)))
    thread.start()
    until(lambda: any(busy(pid) for pid in pids() - before))
    (pid,) = pids() - before
    os.kill(pid, signal.SIGSEGV)
    thread.join(20)
    assert said == [Reason.DECODING_FAILED]


def test_a_time_limit_of_the_owner_is_passed_on_and_ends_the_child(make: Make) -> None:
    """As celery's soft limit does: by an exception out of a signal handler."""

    class SoftLimit(Exception):
        pass

    def strike(*_: object) -> None:
        raise SoftLimit

    before, decoders, data = pids(), make(1), slow()
    decoders.sanitise(outfit_jpeg(), Limits())
    was = signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(SoftLimit):
            decoders.sanitise(data, UNBOUNDED)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, was)
    assert not pids() - before
    assert decoders.sanitise(outfit_jpeg(), Limits()).height == 720


def test_few_large_photos_wait_and_small_ones_pass_them(make: Make) -> None:
    decoders, data = make(4, waiting=1), slow(40)
    limits = Limits(heavy=MEBIBYTE)
    said: list[str] = []

    def send() -> None:
        try:
            decoders.sanitise(data, limits)
            said.append("read")
        except Rejected as rejected:
            said.append(rejected.reason)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert decoders.sanitise(outfit_jpeg(), Limits()).height == 720
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["decoders_busy", "read", "read"]


OWNER = """
import pathlib, sys
from imaging.decoders import Decoders
from imaging.limits import Limits
decoders = Decoders(1)
decoders.sanitise(pathlib.Path(sys.argv[1]).read_bytes(), Limits())
print("read", flush=True)
sys.stdin.read()
"""


def test_a_child_ends_with_its_owner(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(outfit_jpeg())
    command = [sys.executable, "-c", OWNER, str(photo)]
    pipe = subprocess.PIPE
    owner = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT)
    assert owner.stdout
    assert owner.stdout.readline() == b"read\n"
    (child,) = psutil.Process(owner.pid).children()
    owner.kill()
    owner.communicate()
    until(lambda: not child.is_running())


def test_a_child_has_none_of_its_owners_secrets(make: Make) -> None:
    os.environ["FASI_TEST_SECRET"] = "secret"
    before, decoders = pids(), make(1)
    decoders.sanitise(outfit_jpeg(), Limits())
    (pid,) = pids() - before
    assert "FASI_TEST_SECRET" not in psutil.Process(pid).environ()
    assert len(psutil.Process(pid).open_files()) == 0
