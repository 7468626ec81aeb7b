"""A takedown: what came from one address goes, and never comes again."""

from __future__ import annotations

from pathlib import Path

from crawler.errors import CrawlerError
from crawler.journal import Journal
from crawler.manifest import write_manifest


def remove(output: Path, journal: Journal, source_url: str) -> int:
    """Remove the files of a snap, by its image's or its page's address. Returns how many.

    The manifest loses them, and the journal keeps the address, so that no later run fetches it.
    Raises CrawlerError for an address that is not known.
    """
    if not journal.knows(source_url):
        raise CrawlerError(
            f"Nothing here came from {source_url}. The manifest has the addresses: image_url and"
            " page_url."
        )
    # The files first: a kill in between leaves the journal's row, and the command can be repeated.
    paths = journal.paths_of(source_url)
    for path in paths:
        (output / path).unlink(missing_ok=True)
    journal.removed(source_url)
    write_manifest(output, journal)
    return len(paths)
