"""A style's listing in the browser: what snaps its pages, or its endless page, have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.browser import Browser
from crawler.errors import CrawlForbidden, Skipped
from crawler.journal import Snap
from crawler.profile import Profile, pair
from crawler.rate_limit import RateLimit
from crawler.robots import Robots
from crawler.snap_page import SnapPages
from crawler.visit import visit


@dataclass(frozen=True)
class Portion:
    """Snaps of one page, or of one screen of an endless one; `items` of which some lack an image.

    `keys` tell its items from those of other pages. `more` is False where the listing ends with it.
    """

    url: str
    snaps: tuple[Snap, ...]
    items: int
    more: bool
    keys: frozenset[str] = frozenset()
    opened: Opened | None = None


@dataclass(frozen=True)
class Opened:
    """One item whose own page was opened, with the `reason` where nothing came of it."""

    key: str
    url: str
    reason: str = ""


Known = Callable[[str], bool]
"""Whether the item of a key was opened before."""


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
        self._snap_pages = SnapPages(profile, browser, robots, rate_limit)

    def portions(self, style: str, number: int, is_known: Known) -> Iterator[Portion]:
        """The snaps of a page. Raises Skipped for this page, CrawlForbidden for all.

        Where items have pages of their own, those that are not known yet are opened, one for each
        portion after the first.

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
        waiting: list[tuple[int, str]] = []
        while True:
            read = self._read(seen)
            items: list[dict[str, str]] = read["items"]
            if not items and not seen:
                self._check_empty(read, url, style, number)
            needed = "key" if profile.opens else "image"
            if items and not any(each[needed] for each in items):
                selector = (profile.link or profile.image).selector
                raise self._found_nothing(selector, url, style, number)
            more = bool(items) and (profile.scroll or read["next"])
            keys = [_short(each[needed]) for each in items]
            snaps: tuple[Snap, ...] = ()
            if profile.opens:
                waiting += [(at, key) for at, key in enumerate(keys) if key and not is_known(key)]
            else:
                snaps = tuple(
                    self._snap(each, style, url, number) for each in items if each["image"]
                )
            yield Portion(url, snaps, len(items), more, frozenset(keys) - {""})
            seen += len(items)
            if not (profile.scroll and more):
                break
        for at, key in waiting:
            yield self._open(at, key, style, url, number)

    def _open(self, at: int, key: str, style: str, url: str, number: int) -> Portion:
        """One item's own page, by its link, which is its key, or by a click on the listing."""
        profile = self._profile
        try:
            if profile.opens_by_click:
                if self._browser.url != url and not self._show(url):
                    raise Skipped("the listing is no longer there")
                page = self._snap_pages.click(at, url)
            else:
                page = self._snap_pages.follow(key)
        except Skipped as skipped:
            where = url if profile.opens_by_click else key
            return Portion(url, (), 0, more=True, opened=Opened(key, where, str(skipped)))
        snap = Snap(profile.styles[style], page.image, page.url, page.owner, number, page.date)
        return Portion(url, (snap,), 0, more=True, opened=Opened(key, page.url))

    def _show(self, url: str) -> bool:
        """Load a page; False if it is not there."""
        if why := self._robots.forbid(url):
            raise CrawlForbidden(f"{why}. Ask the site's owner for permission.")
        return visit(url, lambda: self._browser.load(url), self._rate_limit)

    def _read(self, seen: int) -> dict[str, Any]:
        profile = self._profile
        wheres = {
            "image": None if profile.opens else profile.image,
            "page": profile.page,
            "owner": None if profile.opens else profile.owner,
            "link": profile.link,
        }
        asked = {
            "item": profile.item,
            "fields": {name: pair(where) for name, where in wheres.items()},
            "next": profile.next,
            "scroll": profile.scroll,
            "lazy": profile.lazy and not profile.opens,
            "leaveOut": list(profile.leave_out),
            "byClick": profile.opens_by_click,
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


def _short(key: str) -> str:
    """An address as it is; an item's markup by its checksum."""
    return key if key.startswith("http") or not key else hashlib.sha256(key.encode()).hexdigest()


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
  if (address && asked.leaveOut.some((name) => value.split("/").pop().includes(name))) return "";
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
      key: asked.byClick ? item.outerHTML : read(item, asked.fields.link, true),
    })),
  };
};
all().then(done);
"""
