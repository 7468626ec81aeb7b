"""Puts the parts of a crawl together, by the options of its command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from crawler.browser import Browser
from crawler.crawl import CrawlOptions, crawl
from crawler.download import Downloads
from crawler.fetch import Fetcher
from crawler.journal import Journal, State
from crawler.listing import Listing
from crawler.manifest import write_manifest
from crawler.outfits import leave_out_others
from crawler.profile import Profile, load_profile
from crawler.rate_limit import RateLimit
from crawler.robots import TOKEN, Robots
from crawler.summary import summary
from version import VERSION


@dataclass(frozen=True)
class RunOptions:
    """What a run is asked for. `styles` are ids or names with commas; empty means all.

    `profile` is the name of a shipped one or a TOML file, and `listing` replaces its address.
    `limit` 0 is all snaps there are, `first_page` and `last_page` 0 are the listing's own. `again`
    walks pages that were walked before. `delay_s` None is the profile's.
    """

    profile: str
    output: Path
    journal: Path
    listing: str = ""
    styles: str = ""
    limit: int = 0
    first_page: int = 0
    last_page: int = 0
    again: bool = False
    delay_s: float | None = None
    parallel: int = 2
    contact: str = ""
    trusted_hosts: frozenset[str] = frozenset()
    chromium: str = ""
    chromedriver: str = ""


class Run:
    """One run of `crawl`. Raises CrawlerError where it cannot begin."""

    def __init__(self, options: RunOptions) -> None:
        self.profile: Profile = load_profile(options.profile, options.listing)
        self._output: Path = options.output
        self._crawl_options = CrawlOptions(
            styles=self.profile.chosen(options.styles),
            limit=options.limit,
            first_page=options.first_page,
            last_page=options.last_page,
            parallel=options.parallel,
        )
        self._journal = Journal(options.journal)
        self._kinds = options.journal.with_name("kinds.csv")
        about = (self.profile.name, self.profile.wardrobe, self.profile.rights)
        self.first = self._journal.begin(*about)
        if options.again:
            self._journal.forget_pages(self._crawl_options.styles)
        contact = f" (+{options.contact})" if options.contact else ""
        agent = f"{TOKEN}/{VERSION}{contact}"
        rate_limit = RateLimit(self.profile.delay_s if options.delay_s is None else options.delay_s)
        self._parts = ExitStack()
        fetcher = self._parts.enter_context(Fetcher(agent, rate_limit, options.trusted_hosts))
        robots = Robots(fetcher, rate_limit)
        host = urlsplit(self.profile.listing).hostname or ""
        hosts = (host, *self.profile.hosts)
        browser = self._parts.enter_context(
            Browser(agent, hosts, options.chromium, options.chromedriver, root=_is_root())
        )
        evidence = options.journal.parent / "pages"
        self._listing = Listing(
            self.profile, browser, robots, rate_limit=rate_limit, evidence=evidence
        )
        self._downloads = Downloads(
            self._output, self._journal, fetcher, robots, self.profile.least_side
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._parts.close()
        self._journal.close()

    @property
    def terms(self) -> str:
        """What to remember before the first run."""
        rights, terms = self.profile.rights, self.profile.terms
        return (
            "These photos belong to"
            f" {rights or 'those who took and published them'}. Read the site's terms of use"
            f"{f' ({terms})' if terms else ''} and make sure that you may crawl it for what you"
            " intend; robots.txt is obeyed in any case. A takedown is `crawler remove`."
        )

    def crawl(self, on_saved: Callable[[], object]) -> None:
        """Do it; `on_saved` is called for each snap that is saved. Raises CrawlForbidden."""

        def note(_: str, state: State) -> None:
            if state is State.SAVED:
                on_saved()

        try:
            crawl(
                self.profile,
                self._crawl_options,
                self._journal,
                self._listing,
                self._downloads,
                on_progress=note,
            )
        finally:
            write_manifest(self._output, self._journal)

    def leave_out_others(self) -> int:
        """Move what shows no outfit out of the manifest; see `crawler.outfits`."""
        return leave_out_others(self._output, self._journal, self._kinds)

    def summary(self) -> Iterator[str]:
        """Lines of the table at the end."""
        return summary(self._journal, self._crawl_options.styles.values(), self.profile.per_page)

    def has_failures(self) -> bool:
        """Whether something of these styles is left for another run."""
        styles = set(self._crawl_options.styles.values())
        pages = any(row["style"] in styles for row in self._journal.failed_pages())
        return pages or any(self._journal.count(style, State.FAILED) for style in styles)


def _is_root() -> bool:
    """Chromium's sandbox does not work for root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
