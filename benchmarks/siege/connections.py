"""Connections that stall and requests that wait: what everybody else feels of five hundred each."""

import resource
import selectors
import socket
import statistics
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import cast

import psutil
import requests

from benchmarks.whole_way import Uploader
from fasi_site.local.ports import HOST
from tests.support.images import numbered
from tests.support.live_stack import LiveStack
from tests.support.noisy_photos import noisy_photo
from tests.support.starting import wait_until

STALLED = 500
"""Connections of each kind, and requests that wait."""
HEAD = b"POST /outfits/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
KINDS: Mapping[str, bytes] = {
    "silent": b"",
    "half_header": HEAD,
    "half_body": HEAD + b"\r\n" + b"x" * 2000,
}
ASKED = 200
UPLOADERS, UPLOADS = 4, 80
ROUNDS = 5
ROWS = {
    "siege_healthz_idle_p95_ms": ("/healthz, nobody else there, p95 (ms)", ""),
    **{
        f"siege_healthz_{kind}_p95_ms": (f"  beside 500 of kind {kind}, p95 (ms)", "<= 100")
        for kind in KINDS
    },
    "siege_uploads_share": ("uploads beside all of them, as a share of their rate", ">= 0.9"),
    "siege_healthz_waiting_p95_ms": ("/healthz beside 500 requests that wait, p95 (ms)", "<= 100"),
    "siege_waiting_answered": ("  of these, answered with the prediction", "500"),
}


def measure(stack: LiveStack) -> dict[str, float]:
    """Both; starts beat and worker, in a stack that has neither."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    stack.start_beat()
    figures = _beside_waiting(stack)
    wait_until(stack.is_ready, "a warm worker", patience_s=120)
    return figures | _beside_stalled(stack)


# Connections that stall ---------------------------------------------------------------------


def _beside_stalled(stack: LiveStack) -> dict[str, float]:
    figures = {"siege_healthz_idle_p95_ms": _healthz_p95_ms(stack)}
    numbers = count()
    _upload_rate(stack, numbers)  # warms everything up
    alone, beside = [_upload_rate(stack, numbers)], []
    for _ in range(ROUNDS):  # in turns: a machine's moods are longer than a round
        with ExitStack() as stalled:
            for kind, sent in KINDS.items():
                stalled.enter_context(_stalled(stack, sent))
                name = f"siege_healthz_{kind}_p95_ms"
                if name not in figures:
                    figures[name] = _healthz_p95_ms(stack)
            beside.append(_upload_rate(stack, numbers))
        alone.append(_upload_rate(stack, numbers))
    return figures | {"siege_uploads_share": statistics.median(beside) / statistics.median(alone)}


@contextmanager
def _stalled(stack: LiveStack, sent: bytes) -> Iterator[None]:
    """So many connections of a kind; one that nginx hangs up on is opened again."""
    all_there, enough = threading.Event(), threading.Event()
    port = stack.local.site_port

    def connect() -> socket.socket:
        connection = socket.create_connection((HOST, port), timeout=30)
        connection.sendall(sent)
        connection.setblocking(False)
        return connection

    def hold() -> None:
        # Only what nginx hangs up on costs time here: uploads are sent by this process too.
        with selectors.DefaultSelector() as held:
            for _ in range(STALLED):
                held.register(connect(), selectors.EVENT_READ)
            all_there.set()
            while not enough.is_set():
                for key, _ in held.select(0.2):
                    connection = cast(socket.socket, key.fileobj)
                    try:
                        over = not connection.recv(4096)
                    except OSError:
                        over = True
                    if over:
                        held.unregister(connection)
                        connection.close()
                        held.register(connect(), selectors.EVENT_READ)
            for each in list(held.get_map().values()):
                cast(socket.socket, each.fileobj).close()

    holder = threading.Thread(target=hold)
    holder.start()
    if not all_there.wait(60):
        raise SystemExit("stalled connections were not taken")
    try:
        yield
    finally:
        enough.set()
        holder.join()


def _healthz_p95_ms(stack: LiveStack) -> float:
    times = []
    for _ in range(ASKED):
        began = time.perf_counter()
        requests.get(f"{stack.address}/healthz", timeout=30).raise_for_status()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.quantiles(times, n=20)[-1]


def _upload_rate(stack: LiveStack, numbers: Iterator[int]) -> float:
    """Photos that four people get accepted in a second."""
    visitor, drawn = stack.visitor(), noisy_photo(0, 60)
    photos = [numbered(drawn, next(numbers)) for _ in range(UPLOADS)]

    def upload(share: list[bytes]) -> None:
        uploader = Uploader(visitor)
        for photo in share:
            uploader.upload(photo)

    began = time.perf_counter()
    with ThreadPoolExecutor(UPLOADERS) as threads:
        for each in [threads.submit(upload, photos[n::UPLOADERS]) for n in range(UPLOADERS)]:
            each.result()
    return UPLOADS / (time.perf_counter() - began)


# Requests that wait -------------------------------------------------------------------------


def _beside_waiting(stack: LiveStack) -> dict[str, float]:
    """Before there is a worker, so that they have to wait; then one is started."""
    token = stack.python("manage.py", "create_token", "demo").split()[-1]
    (outfit,) = stack.upload(noisy_photo(1, 60))
    with ThreadPoolExecutor(STALLED) as threads:
        asked = [threads.submit(_wait, stack, token, outfit) for _ in range(STALLED)]
        wait_until(lambda: _waiting(stack) > 0.9 * STALLED, "they wait", patience_s=120)
        p95 = _healthz_p95_ms(stack)
        stack.start_worker()
        answered = sum(each.result() for each in asked)
    return {"siege_healthz_waiting_p95_ms": p95, "siege_waiting_answered": answered}


def _waiting(stack: LiveStack) -> int:
    """How many requests are held now."""
    process = psutil.Process(stack.waiting.process.pid)
    return len(process.net_connections("unix")) - 2  # the socket itself, and asyncio's own


def _wait(stack: LiveStack, token: str, outfit: uuid.UUID) -> bool:
    """What a program does: ask to wait, and again where the time was over."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        answer = requests.get(
            f"{stack.address}/api/v1/outfits/{outfit}?wait=20",
            headers={"Authorization": f"Bearer {token}"},
            timeout=120,
        )
        if answer.ok and answer.json()["status"] == "done":
            return True
    return False
