"""A page in the browser, asked for politely: in turn, with pauses, and never against a refusal."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from crawler.browser import Loaded
from crawler.errors import CrawlForbidden, Skipped
from crawler.fetch import BUSY, TRIES, forbidden, later_s, retry_after_s
from crawler.rate_limit import RateLimit

GONE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


def visit(url: str, load: Callable[[], Loaded], rate_limit: RateLimit) -> bool:
    """Show a page by `load` when it is the host's turn; False if the page is not there.

    A busy host is asked again after the pause that it wants. Raises CrawlForbidden where the site
    refuses (403, or 429 that does not end), Skipped where this page cannot be had.
    """
    for _ in range(TRIES):
        rate_limit.wait(url)
        loaded = load()
        if loaded.status == httpx.codes.FORBIDDEN:
            raise forbidden(loaded.url)
        if loaded.status in GONE:
            return False
        if loaded.status not in BUSY:
            if loaded.status >= httpx.codes.BAD_REQUEST:
                raise Skipped(f"HTTP {loaded.status}")
            return True
        wait_s = retry_after_s(loaded.retry_after)
        rate_limit.pause(url, later_s(loaded.status, wait_s, loaded.url))
    if loaded.status == httpx.codes.TOO_MANY_REQUESTS:
        raise CrawlForbidden(f"429, {TRIES} times: {url}. Go on later, with a longer --delay.")
    raise Skipped(f"HTTP {loaded.status}, {TRIES} times")
