"""One run: for each style, fetch what the journal knows, and walk further pages for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial

from crawler.download import Downloads
from crawler.errors import Skipped
from crawler.journal import Journal, Page, State
from crawler.listing import Listing
from crawler.profile import Profile

AT_A_TIME = 100
"""Snaps that are handed to the downloads at once."""
FAILED_PAGES = 3
"""One after the other, after which the rest of a listing is left for another run."""


@dataclass(frozen=True)
class CrawlOptions:
    """Which styles (id to name) and pages, and how many snaps of each style.

    `limit` 0 is all there are; `last_page` 0 is the listing's last.
    """

    styles: Mapping[str, str]
    limit: int = 0
    first_page: int = 0
    last_page: int = 0
    parallel: int = 2


def crawl(
    profile: Profile,
    options: CrawlOptions,
    journal: Journal,
    listing: Listing,
    downloads: Downloads,
    *,
    on_progress: Callable[[str, State], None],
) -> None:
    """Fetch snaps; `on_progress` gets the style and the state of each. Raises CrawlForbidden."""
    run = journal.next_run()
    with ThreadPoolExecutor(options.parallel, "download") as pool:
        try:
            for style, name in options.styles.items():
                pages = _walk(profile, options, journal, listing, style)
                while wanted := _wanted(options, journal, name):
                    snaps = journal.to_fetch(name, run, wanted)
                    if not snaps and not next(pages, False):
                        break
                    fetching = [pool.submit(downloads.fetch, snap, run) for snap in snaps]
                    for done in as_completed(fetching):
                        on_progress(name, done.result())
        finally:
            pool.shutdown(cancel_futures=True)


def _wanted(options: CrawlOptions, journal: Journal, style: str) -> int:
    if not options.limit:
        return AT_A_TIME
    return max(0, min(AT_A_TIME, options.limit - journal.count(style, State.SAVED)))


def _walk(
    profile: Profile, options: CrawlOptions, journal: Journal, listing: Listing, style: str
) -> Iterator[bool]:
    """Note the snaps of further pages, a portion with each step, until the listing ends."""
    number = options.first_page or profile.first_page
    before: set[str] = set()
    failed = 0
    while not options.last_page or number <= options.last_page:
        end = journal.last_page(style)
        if end is not None and number > end:
            return
        if journal.page_is_done(style, number):
            number += 1
            continue
        page = Page(style, number, profile.styles[style], profile.address(style, number))
        items, unopened, more = 0, 0, True
        there: set[str] = set()
        try:
            for portion in listing.portions(style, number, partial(journal.item_is_opened, style)):
                journal.found(portion.snaps)
                if opened := portion.opened:
                    journal.item_opened(page, opened.key, opened.url, opened.reason)
                    unopened += bool(opened.reason)
                items, more = items + portion.items, more and portion.more
                there |= portion.keys
                yield True
        except Skipped as skipped:
            journal.page_failed(page, str(skipped))
            failed += 1
            # What is wrong with the first page is wrong with all.
            if number == profile.first_page or failed == FAILED_PAGES:
                return
        else:
            failed = 0
            # Some sites show their last page again and again.
            more = more and there != before
            last = profile.scroll or not more
            if unopened:  # they are opened again on the next run, the others not
                journal.page_failed(page, f"{unopened} of its items could not be opened")
            else:
                journal.page_walked(page, items, last=last)
            if last:
                return
        before = there
        number += 1
