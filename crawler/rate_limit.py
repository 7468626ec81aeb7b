"""How often a host is asked: one request after the other, with a pause that varies."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from urllib.parse import urlsplit


class RateLimit:
    """Hands out turns. `delay_s` lies between two requests to a host, give or take a half."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._slower: dict[str, float] = {}
        self._next: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def at_least(self, url: str, delay_s: float) -> None:
        """The host asks for a longer pause (robots.txt, Crawl-delay)."""
        with self._lock:
            self._slower[_host(url)] = max(delay_s, self._slower.get(_host(url), 0))

    def pause(self, url: str, seconds: float) -> None:
        """Ask this host nothing for so long (Retry-After)."""
        with self._lock:
            host = _host(url)
            self._next[host] = max(self._next[host], time.monotonic() + seconds)

    def wait(self, url: str) -> None:
        """Sleep until it is our turn with the address's host."""
        host = _host(url)
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next[host])
            slower = self._slower.get(host, 0)
            jitter = random.uniform(0.5, 1.5)  # noqa: S311  # nobody must not guess it
            self._next[host] = turn + max(slower, self._delay_s * jitter)
        time.sleep(max(0.0, turn - now))


def _host(url: str) -> str:
    return urlsplit(url).netloc
