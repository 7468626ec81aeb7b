"""What ends a crawl; the command line makes a sentence and an exit code of it."""

from __future__ import annotations

FAILED, USAGE, STOPPED, INTERRUPTED = 1, 2, 3, 130


class CrawlerError(Exception):
    """Nothing was begun: the message says what to change."""

    exit_code = USAGE


class CrawlForbidden(CrawlerError):
    """The site does not want us now, or not at all. What was done stays; the message says why."""

    exit_code = STOPPED


class Skipped(Exception):
    """One page or snap could not be had; the message is its reason, for the journal."""
