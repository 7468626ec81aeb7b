"""robots.txt (RFC 9309): asked once for each host, and obeyed."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import httpx
from protego import Protego

from crawler.errors import Skipped
from crawler.fetch import Fetcher
from crawler.rate_limit import RateLimit

TOKEN = "fasi-crawler"  # noqa: S105  # the product token that rules name
MOST_BYTES = 500 * 1024
_NOBODY = "User-agent: *\nDisallow: /"


class Robots:
    """The rules of every host that was asked."""

    def __init__(self, fetcher: Fetcher, rate_limit: RateLimit) -> None:
        self._fetcher = fetcher
        self._rate_limit = rate_limit
        self._rules: dict[str, Protego] = {}
        self._lock = threading.Lock()

    def forbid(self, url: str) -> str:
        """Why it must not be fetched; empty if it may. Raises Skipped for a refused address."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if site not in self._rules:
                self._rules[site] = self._ask(site)
        if self._rules[site].can_fetch(url, TOKEN):
            return ""
        return f"{site}/robots.txt forbids {parts.path or '/'} to {TOKEN}"

    def _ask(self, site: str) -> Protego:
        """Raises Skipped for what is no address that may be fetched."""
        self._fetcher.check(site)
        try:
            status, body = self._fetcher.ask(f"{site}/robots.txt", most=MOST_BYTES)
        except Skipped:
            status, body = 0, b""
        # 2.3.1.3 and 2.3.1.4: what is not there allows all, what cannot be reached nothing.
        there = status == httpx.codes.OK
        empty = "" if httpx.codes.is_client_error(status) else _NOBODY
        rules = Protego.parse(body.decode(errors="replace") if there else empty)
        if delay_s := rules.crawl_delay(TOKEN):
            self._rate_limit.at_least(site, float(delay_s))
        return rules
