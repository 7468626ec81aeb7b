"""A flood of visitors who try photos, and what somebody else's upload takes beside it."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import requests

from benchmarks.siege.bombs import photo_ms
from tests.support.images import numbered, outfit_jpeg
from tests.support.live_stack import LiveStack

FLOOD = 12
ROWS = {
    "siege_photo_alone_ms": ("another person's upload to result, no visitors (ms)", ""),
    "siege_photo_trials_ms": ("  beside 12 visitors who try without a pause (ms)", "2x + 0.1 s"),
    "siege_trials_answered": ("  visitors' photos taken meanwhile", ""),
    "siege_trials_turned_away": ("  and turned away", ""),
}


def measure(stack: LiveStack) -> dict[str, float]:
    """In a stack with a worker and a beat."""
    numbers = count(20_000)
    figures = {"siege_photo_alone_ms": photo_ms(stack, numbers)}
    with _flood(stack.address) as answers:
        figures["siege_photo_trials_ms"] = photo_ms(stack, numbers)
    figures["siege_trials_answered"] = float(answers.count(302))
    figures["siege_trials_turned_away"] = float(answers.count(429))
    return figures


@contextmanager
def _flood(address: str) -> Iterator[list[int]]:
    """Visitors who send one photo after the other while the block runs; the answers they get."""
    answers: list[int] = []
    enough = threading.Event()

    def visit(number: int) -> None:
        session = requests.Session()
        page = session.get(address, timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        for photo in count():
            if enough.is_set():
                return
            answer = session.post(
                f"{address}/try/",
                data={"csrfmiddlewaretoken": token[1]},
                files={"photo": ("coat.jpg", numbered(outfit_jpeg(number), photo))},
                headers={"Referer": address},
                allow_redirects=False,
                timeout=60,
            )
            answers.append(answer.status_code)

    with ThreadPoolExecutor(FLOOD) as pool:
        for number in range(FLOOD):
            pool.submit(visit, number)
        try:
            yield answers
        finally:
            enough.set()
