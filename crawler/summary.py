"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from crawler.journal import Journal, State

REASONS = 10


def summary(journal: Journal, styles: Iterable[str], per_page: int) -> Iterator[str]:
    """Lines: snaps of each style by state, why some failed, pages with fewer items."""
    yield f"{'style':<20}{'saved':>8}{'double':>8}{'failed':>8}{'waiting':>8}"
    for style in styles:
        states = (State.SAVED, State.DOUBLE, State.FAILED, State.FOUND)
        yield f"{style:<20}" + "".join(f"{journal.count(style, state):>8,}" for state in states)
    alike = sum(bool(row["alike"]) for row in journal.saved_snaps())
    if alike:
        yield f"{alike:,} look like another one (near_duplicate_of in the manifest)."
    reasons = Counter(row["reason"] for row in journal.failed_snaps())
    reasons.update(row["reason"] for row in journal.failed_items())
    for reason, count in reasons.most_common(REASONS):
        yield f"{count:,} failed: {reason}"
    for page in journal.failed_pages():
        yield f"{page['style']}, page {page['number']}: {page['reason']}"
    for page in journal.short_pages(per_page):
        yield (
            f"{page['style']}, page {page['number']} has {page['items']} items, {per_page} expected"
        )
