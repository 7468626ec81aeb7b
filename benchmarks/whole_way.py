"""The whole way: POST over HTTP, sanitising, S3, row, wake-up, claim, engine, prediction."""

import http.client
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlsplit

from benchmarks import latency
from tests.support.client import Visitor
from tests.support.images import numbered
from tests.support.live_stack import LiveStack
from tests.support.noisy_photos import noisy_photo
from tests.support.starting import wait_until

CLIENTS = 16
PHOTOS = 800
KILOBYTES = 60
SINGLES = 60
SINGLE_KILOBYTES = 200
BOUNDARY = "a-line-that-is-in-no-photo"
PATIENCE_S = 600.0


class Uploader:
    """One connection that posts photos of a signed-in person, as cheaply as Python can."""

    def __init__(self, visitor: Visitor) -> None:
        cookies = visitor.session.cookies
        self._headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": cookies["csrftoken"],
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        self._connection = http.client.HTTPConnection(urlsplit(visitor.address).netloc, timeout=60)

    def upload(self, photo: bytes) -> None:
        """Post one photo; raises SystemExit when it is not accepted."""
        self._connection.request("POST", "/outfits/", multipart(photo), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.FOUND:
            raise SystemExit(f"an upload was answered with {answer.status}")


def measure(stack: LiveStack) -> dict[str, float]:
    """Photos per second with 16 clients; latency of single photos, idle and at half that load."""
    stack.start_beat()
    started = time.monotonic()
    stack.start_worker()
    wait_until(stack.is_ready, "a warm worker", PATIENCE_S)
    figures = {"worker_ready_s": time.monotonic() - started}
    visitor, numbers = stack.visitor(), count()
    small, usual = noisy_photo(0, KILOBYTES), noisy_photo(1, SINGLE_KILOBYTES)
    uploaders: queue.SimpleQueue[Uploader] = queue.SimpleQueue()
    for _ in range(CLIENTS):
        uploaders.put(Uploader(visitor))

    def upload() -> None:
        uploader = uploaders.get()
        uploader.upload(numbered(small, next(numbers)))
        uploaders.put(uploader)

    def single() -> latency.Latency:
        photos = [numbered(usual, next(numbers)) for _ in range(latency.WARM_UP + SINGLES)]
        return latency.measure(visitor, stack.database_url, photos)

    idle = single()
    stack.query("TRUNCATE classifier_outfit CASCADE")
    begun = time.time()
    with ThreadPoolExecutor(CLIENTS) as threads:
        for each in [threads.submit(upload) for _ in range(PHOTOS)]:
            each.result()
    answered = time.time()
    wait_until(lambda: not stack.unfinished(), "all are done", PATIENCE_S, pause_s=0.1)
    ((last,),) = stack.query(
        "SELECT extract(epoch FROM max(classified))::float FROM classifier_outfit"
    )
    rate = PHOTOS / (last - begun)
    with _load(upload, rate / 2):
        busy = single()
    stack.forget()
    return figures | {
        "photo_kb": len(usual) / 1024,
        "upload_answer_p50_ms": idle.answer_p50_ms,
        "latency_idle_p50_ms": idle.p50_ms,
        "latency_idle_p95_ms": idle.p95_ms,
        "http_photos_per_s": rate,
        "http_accepted_per_s": PHOTOS / (answered - begun),
        "latency_half_load_p50_ms": busy.p50_ms,
        "latency_half_load_p95_ms": busy.p95_ms,
    }


@contextmanager
def _load(upload: Callable[[], None], rate: float) -> Iterator[None]:
    """Uploads at a steady rate beside the block, whether or not the ones before were answered."""
    enough = threading.Event()

    def offer() -> None:
        with ThreadPoolExecutor(CLIENTS) as threads:
            begun = time.monotonic()
            for number in count():
                if enough.wait(max(0.0, begun + number / rate - time.monotonic())):
                    return
                threads.submit(upload)

    offering = threading.Thread(target=offer)
    offering.start()
    try:
        yield
    finally:
        enough.set()
        offering.join()


def multipart(photo: bytes) -> bytes:
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
