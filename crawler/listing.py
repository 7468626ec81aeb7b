"""A style's listing in the browser: what snaps its pages, or its endless page, have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from crawler.browser import Browser
from crawler.errors import CrawlForbidden, Skipped
from crawler.fetch import BUSY, TRIES, forbidden, later_s, retry_after_s
from crawler.journal import Snap
from crawler.profile import Profile, Where
from crawler.rate_limit import RateLimit
from crawler.robots import Robots

GONE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


@dataclass(frozen=True)
class Portion:
    """Snaps of one page, or of one screen of an endless one; `items` of which some lack an image.

    `more` is False where the listing ends with it.
    """

    url: str
    snaps: tuple[Snap, ...]
    items: int
    more: bool


class Listing:
    """Walks the pages of one site."""

    def __init__(
        self,
        profile: Profile,
        browser: Browser,
        robots: Robots,
        *,
        rate_limit: RateLimit,
        evidence: Path,
    ) -> None:
        """`evidence` is the folder for pages on which a selector found nothing."""
        self._profile = profile
        self._browser = browser
        self._robots = robots
        self._rate_limit = rate_limit
        self._evidence = evidence

    def portions(self, style: str, number: int) -> Iterator[Portion]:
        """The snaps of a page. Raises Skipped for this page, CrawlForbidden for all.

        A page that is not there, or shows no item, is the end, but for the first: that one tells
        that the site has changed.
        """
        profile = self._profile
        url = profile.address(style, number)
        if not self._show(url):
            if number == profile.first_page:
                raise Skipped("HTTP 404")
            yield Portion(url, (), 0, more=False)
            return
        seen = 0
        while True:
            read = self._read(seen)
            items: list[dict[str, str]] = read["items"]
            if not items and not seen:
                self._check_empty(read, url, style, number)
            if items and not any(each["image"] for each in items):
                raise self._found_nothing(profile.image.selector, url, style, number)
            more = bool(items) and (profile.scroll or read["next"])
            snaps = tuple(self._snap(each, style, url, number) for each in items if each["image"])
            yield Portion(url, snaps, len(items), more)
            seen += len(items)
            if not (profile.scroll and more):
                return

    def _show(self, url: str) -> bool:
        """Load a page; False if it is not there."""
        if why := self._robots.forbid(url):
            raise CrawlForbidden(f"{why}. Ask the site's owner for permission.")
        for _ in range(TRIES):
            self._rate_limit.wait(url)
            loaded = self._browser.load(url)
            if loaded.status == httpx.codes.FORBIDDEN:
                raise forbidden(url)
            if loaded.status in GONE:
                return False
            if loaded.status not in BUSY:
                if loaded.status >= httpx.codes.BAD_REQUEST:
                    raise Skipped(f"HTTP {loaded.status}")
                return True
            wait_s = retry_after_s(loaded.retry_after)
            self._rate_limit.pause(url, later_s(loaded.status, wait_s, url))
        if loaded.status == httpx.codes.TOO_MANY_REQUESTS:
            raise CrawlForbidden(f"429, {TRIES} times: {url}. Go on later, with a longer --delay.")
        raise Skipped(f"HTTP {loaded.status}, {TRIES} times")

    def _read(self, seen: int) -> dict[str, Any]:
        profile = self._profile
        wheres = {"image": profile.image, "page": profile.page, "owner": profile.owner}
        asked = {
            "item": profile.item,
            "fields": {name: _pair(where) for name, where in wheres.items()},
            "next": profile.next,
            "scroll": profile.scroll,
            "lazy": profile.lazy,
            "seen": seen,
            "patience": 1000 * profile.patience_s,
        }
        read: dict[str, Any] = self._browser.ask(_READ, asked)
        return read

    def _check_empty(self, read: dict[str, Any], url: str, style: str, number: int) -> None:
        if read["signIn"]:
            raise CrawlForbidden(
                f"{url} leads to a sign-in page ({read['url']}). The crawler has no account; ask"
                " the site's owner for another way."
            )
        if number == self._profile.first_page:
            raise self._found_nothing(self._profile.item, url, style, number)

    def _found_nothing(self, selector: str, url: str, style: str, number: int) -> Skipped:
        place = self._evidence / f"{style}-{number}"
        self._browser.save(place)
        return Skipped(
            f'the selector "{selector}" found nothing on {url}; the page is kept as {place}.html'
            " and .png: mend the profile"
        )

    def _snap(self, item: dict[str, str], style: str, url: str, number: int) -> Snap:
        page_url = item["page"] if item["page"].startswith("http") else url
        return Snap(self._profile.styles[style], item["image"], page_url, item["owner"], number)


def _pair(where: Where | None) -> list[str] | None:
    return [where.selector, where.attribute] if where else None


# Waits for items, lets them load what they load when they are seen, and reads them.
_READ = """
const [asked, done] = arguments;
const items = () => [...document.querySelectorAll(asked.item)].slice(asked.seen);
const read = (item, where, address) => {
  if (!where) return "";
  const [selector, attribute] = where;
  const found = selector ? item.querySelector(selector) : item;
  const value = found && (attribute ? found.getAttribute(attribute) : found.textContent);
  if (!value || (address && value.startsWith("data:"))) return "";
  if (!address) return value.trim().slice(0, 200);
  try { return new URL(value, document.baseURI).href; } catch { return value; }
};
const until = async (holds, patience) => {
  const end = performance.now() + patience;
  while (!holds() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
const all = async () => {
  if (asked.scroll && asked.seen) scrollTo(0, document.documentElement.scrollHeight);
  await until(() => items().length, asked.patience);
  const found = items();
  for (const item of asked.lazy ? found : []) {
    if (read(item, asked.fields.image, true)) continue;
    item.scrollIntoView();
    await until(() => read(item, asked.fields.image, true), 2000);
  }
  return {
    url: location.href,
    signIn: Boolean(document.querySelector("input[type=password]")),
    next: asked.next ? Boolean(document.querySelector(asked.next)) : true,
    items: found.map((item) => ({
      image: read(item, asked.fields.image, true),
      page: read(item, asked.fields.page, true),
      owner: read(item, asked.fields.owner, false),
    })),
  };
};
all().then(done);
"""
