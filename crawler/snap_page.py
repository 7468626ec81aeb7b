"""A snap's own page: where a listing shows thumbnails only, it has the full image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crawler.browser import Browser, Loaded
from crawler.errors import Skipped
from crawler.profile import Profile, pair
from crawler.rate_limit import RateLimit
from crawler.robots import Robots
from crawler.visit import visit


@dataclass(frozen=True)
class SnapPage:
    """What a snap's page says: its address, the image's, and, where the profile asks, the rest."""

    url: str
    image: str
    owner: str
    date: str


class SnapPages:
    """Opens the pages of a listing's items, by their links or by a click, and reads them."""

    def __init__(
        self, profile: Profile, browser: Browser, robots: Robots, rate_limit: RateLimit
    ) -> None:
        self._profile = profile
        self._browser = browser
        self._robots = robots
        self._rate_limit = rate_limit

    def follow(self, url: str) -> SnapPage:
        """The page at an item's link. Raises Skipped for this page, CrawlForbidden for all."""
        self._check(url)
        if not visit(url, lambda: self._browser.load(url), self._rate_limit):
            raise Skipped("HTTP 404")
        return self._read()

    def click(self, number: int, listing_url: str) -> SnapPage:
        """The page that opens when the listing's item `number`, from 0, is clicked.

        The listing must be shown, and is shown again afterwards without being loaded again. Raises
        as `follow` does.
        """
        browser, item, patience_s = self._browser, self._profile.item, self._profile.patience_s

        def load() -> Loaded:
            browser.back(item, number, patience_s)  # a busy site is asked more than once
            return browser.click(item, number, patience_s)

        try:
            there = visit(listing_url, load, self._rate_limit)
            self._check(browser.url)
            if not there:
                raise Skipped("HTTP 404")
            return self._read()
        finally:
            browser.back(item, number, patience_s)

    def _check(self, url: str) -> None:
        if why := self._robots.forbid(url):
            raise Skipped(f"refused: {why}")

    def _read(self) -> SnapPage:
        profile = self._profile
        asked = {
            "image": pair(profile.image),
            "owner": pair(profile.owner),
            "date": pair(profile.date),
            "leaveOut": list(profile.leave_out),
            "patience": 1000 * profile.patience_s,
        }
        read: dict[str, Any] = self._browser.ask(_READ, asked)
        if not read["image"]:
            raise Skipped(
                f'the selector "{profile.image.selector}" found no image on {read["url"]}'
            )
        return SnapPage(**read)


# Waits for the image, which a script may bring later, and reads the page.
_READ = """
const [asked, done] = arguments;
const value = (element, attribute) =>
  (attribute ? element.getAttribute(attribute) : element.textContent) || "";
const text = (where) => {
  const found = where && document.querySelector(where[0]);
  return found ? value(found, where[1]).trim().slice(0, 200) : "";
};
const image = () => {
  for (const element of document.querySelectorAll(asked.image[0])) {
    const found = value(element, asked.image[1]);
    if (!found || found.startsWith("data:")) continue;
    const name = found.split("/").pop();
    if (asked.leaveOut.some((each) => name.includes(each))) continue;
    try { return new URL(found, document.baseURI).href; } catch { return found; }
  }
  return "";
};
const all = async () => {
  const end = performance.now() + asked.patience;
  while (!image() && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {url: location.href, image: image(), owner: text(asked.owner), date: text(asked.date)};
};
all().then(done);
"""
