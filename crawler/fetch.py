"""Files by HTTP: each address is checked, behind redirects too, and so is how long a file is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import httpx

from crawler.addresses import check_address
from crawler.errors import CrawlForbidden, Skipped
from crawler.rate_limit import RateLimit

MOST_REDIRECTS = 5
MOST_RETRY_S = 120.0
"""A host that asks for a longer pause than this ends the crawl; a later run goes on."""
TRIES = 3
BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
DEADLINE_S = 60.0
_TIMEOUT = httpx.Timeout(20, connect=10)
WhyNot = Callable[[str], str]


def _nothing(_: str) -> str:
    return ""


class Fetcher:
    """One HTTP client for all of a crawl; its methods may be called from several threads."""

    def __init__(self, agent: str, rate_limit: RateLimit, trusted: Collection[str]) -> None:
        self._rate_limit = rate_limit
        self._trusted = trusted
        # No environment: a proxy would connect to addresses that nobody checked.
        self._client = httpx.Client(
            headers={"User-Agent": agent}, timeout=_TIMEOUT, trust_env=False, follow_redirects=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def check(self, url: str) -> None:
        """Raises Skipped for an address that is never fetched."""
        check_address(url, self._trusted)

    def get(self, url: str, *, most: int, referer: str = "", why_not: WhyNot = _nothing) -> bytes:
        """The body, at most so many bytes. Raises Skipped, and CrawlForbidden for 403 and 429.

        `why_not` says of an address, redirects too, why it must not be asked; empty if it may.
        """
        status, body = self.ask(url, most=most, referer=referer, why_not=why_not)
        if status == httpx.codes.FORBIDDEN:
            raise forbidden(url)
        if status != httpx.codes.OK:
            raise Skipped(f"HTTP {status}")
        return body

    def ask(
        self, url: str, *, most: int, referer: str = "", why_not: WhyNot = _nothing
    ) -> tuple[int, bytes]:
        """Status and body, empty unless the status is 200. A pause that the host wants is kept.

        Raises Skipped, and CrawlForbidden for 429 that does not end.
        """
        for _ in range(TRIES):
            status, wait_s, body = self._follow(url, most, referer, why_not)
            if status not in BUSY:
                return status, body
            self._rate_limit.pause(url, later_s(status, wait_s, url))
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise CrawlForbidden(f"429, {TRIES} times: {url}. Go on later, with a longer --delay.")
        return status, b""

    def _follow(
        self, url: str, most: int, referer: str, why_not: WhyNot
    ) -> tuple[int, float | None, bytes]:
        end = time.monotonic() + DEADLINE_S
        for _ in range(MOST_REDIRECTS + 1):
            if why := why_not(url):
                raise Skipped(f"refused: {why}")
            self._rate_limit.wait(url)
            request = self._request(url, referer)
            try:
                response = self._client.send(request, stream=True)
                try:
                    if not response.has_redirect_location:
                        wait_s = retry_after_s(response.headers.get("Retry-After", ""))
                        return response.status_code, wait_s, _body(response, most, end)
                    url = str(httpx.URL(url).join(response.headers["Location"]))
                finally:
                    response.close()
            except httpx.HTTPError as error:
                raise Skipped(f"the connection failed: {type(error).__name__}") from error
            except (httpx.InvalidURL, ValueError) as error:
                raise Skipped("redirected to what is no address") from error
        raise Skipped(f"more than {MOST_REDIRECTS} redirects")

    def _request(self, url: str, referer: str) -> httpx.Request:
        """To the address that was checked, whatever the name leads to by then."""
        target = check_address(url, self._trusted)
        named = httpx.URL(url)
        headers = {"Host": named.netloc.decode("ascii")}
        if referer:
            headers["Referer"] = referer
        return self._client.build_request(
            "GET",
            named.copy_with(host=target.ip_address),
            headers=headers,
            extensions={"sni_hostname": target.host},
        )


def forbidden(url: str) -> CrawlForbidden:
    """What to say of a 403."""
    return CrawlForbidden(f"403: the site forbids {url}. Ask its owner before you go on.")


def later_s(status: int, wait_s: float | None, url: str) -> float:
    """Seconds until the busy host may be asked again.

    Raises CrawlForbidden for a 429 without such a time; for a time too long to wait, Skipped for a
    503.
    """
    if status == httpx.codes.TOO_MANY_REQUESTS and (wait_s is None or wait_s > MOST_RETRY_S):
        when = f"in {wait_s:.0f} s" if wait_s else "later, with a longer --delay"
        raise CrawlForbidden(f"429: {url} is asked too often. The same command goes on {when}.")
    if wait_s is not None and wait_s > MOST_RETRY_S:
        raise Skipped(f"HTTP {status}; not before {wait_s:.0f} s")
    return wait_s or 0.0


def retry_after_s(text: str) -> float | None:
    """Seconds of a Retry-After (RFC 9110, 10.2.3), or None."""
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _body(response: httpx.Response, most: int, end: float) -> bytes:
    if response.status_code != httpx.codes.OK:
        return b""
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > most:
        raise Skipped(f"refused: {int(length):,} bytes, more than {most:,}")
    body = bytearray()
    for chunk in response.iter_bytes(64 * 1024):
        body += chunk
        if len(body) > most:
            raise Skipped(f"refused: more than {most:,} bytes")
        if time.monotonic() > end:
            raise Skipped(f"slower than {DEADLINE_S:.0f} s")
    return bytes(body)
