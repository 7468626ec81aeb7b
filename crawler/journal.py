"""What a crawl has done, step by step, in a SQLite file: kill it anywhere, and it goes on."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from enum import StrEnum
from pathlib import Path

from crawler.errors import CrawlerError

VERSION = 2
_TABLES = """
CREATE TABLE about (source TEXT, wardrobe TEXT, rights TEXT);
CREATE TABLE pages (
    listing TEXT, number INTEGER, style TEXT, url TEXT, items INTEGER, reason TEXT, last INTEGER,
    PRIMARY KEY (listing, number)
);
CREATE TABLE snaps (
    style TEXT, image_url TEXT, page_url TEXT, owner TEXT, page INTEGER,
    state TEXT DEFAULT 'found', reason TEXT DEFAULT '', attempts INTEGER DEFAULT 0,
    path TEXT DEFAULT '', sha256 TEXT DEFAULT '', width INTEGER, height INTEGER,
    alike TEXT DEFAULT '', look BLOB, date TEXT DEFAULT '',
    PRIMARY KEY (style, image_url)
);
CREATE INDEX snaps_by_state ON snaps (state, style);
CREATE INDEX snaps_by_file ON snaps (style, sha256) WHERE sha256 > '';
"""
# Items of listings whose own pages were opened, those that failed with their reason.
_ITEMS = """
CREATE TABLE items (
    listing TEXT, key TEXT, page INTEGER, style TEXT, url TEXT, reason TEXT,
    PRIMARY KEY (listing, key)
);
"""
_FROM_1 = f"ALTER TABLE snaps ADD COLUMN date TEXT DEFAULT ''; {_ITEMS}"


class State(StrEnum):
    """Of a snap. REMOVED and LEFT_OUT ones are never fetched again."""

    FOUND = "found"
    SAVED = "saved"
    DOUBLE = "double"
    FAILED = "failed"
    REMOVED = "removed"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class Page:
    """A page of a listing; several listings may be of one style."""

    listing: str
    number: int
    style: str
    url: str


@dataclass(frozen=True)
class Snap:
    """What a listing says of one photo."""

    style: str
    image_url: str
    page_url: str
    owner: str
    page: int
    date: str = ""


@dataclass(frozen=True)
class Saved:
    """A snap's file; `path` is relative to the output, `alike` names one that looks the same."""

    path: str
    sha256: str
    width: int
    height: int
    alike: str
    look: bytes


class Journal:
    """The journal of one output folder. Its methods may be called from several threads."""

    def __init__(self, path: Path) -> None:
        """Open or begin it. Raises CrawlerError for a file that is no journal of ours."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._rows = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._rows.row_factory = sqlite3.Row
        try:
            self._rows.execute("PRAGMA journal_mode = WAL")
            (version,) = self._one("PRAGMA user_version") or (0,)
            if version < VERSION:
                tables = _FROM_1 if version else f"{_TABLES} {_ITEMS}"
                self._rows.executescript(f"BEGIN; {tables} PRAGMA user_version = {VERSION}; COMMIT")
        except sqlite3.DatabaseError as error:
            raise CrawlerError(f"{path} is no journal of a crawl: {error}.") from error
        if version > VERSION:
            raise CrawlerError(f"{path} was written by another version of the crawler.")

    def close(self) -> None:
        """Nothing is lost without it."""
        with self._lock:
            self._rows.close()

    def begin(self, source: str, wardrobe: str, rights: str) -> bool:
        """Note whose crawl it is; True on the first run. Raises CrawlerError for another's."""
        about = self.about()
        if about is None:
            self._do("INSERT INTO about VALUES (?, ?, ?)", source, wardrobe, rights)
        elif about["source"] != source:
            raise CrawlerError(
                f"This folder is a crawl of {about['source']!r}: name another --output."
            )
        return about is None

    def about(self) -> sqlite3.Row | None:
        """source, wardrobe, rights; None before the first run."""
        return self._one("SELECT * FROM about")

    # Pages ------------------------------------------------------------------------------------

    def page_is_done(self, listing: str, number: int) -> bool:
        """Whether all of its snaps are in the journal. `listing` is the site's id of a style."""
        sql = "SELECT 1 FROM pages WHERE listing = ? AND number = ? AND reason = ''"
        return self._one(sql, listing, number) is not None

    def last_page(self, listing: str) -> int | None:
        """The page at which the listing ended, if it was walked to its end."""
        found = self._one("SELECT max(number) FROM pages WHERE listing = ? AND last", listing)
        return found[0] if found else None

    def page_walked(self, page: Page, items: int, *, last: bool) -> None:
        """All of its snaps are noted."""
        self._do("REPLACE INTO pages VALUES (?, ?, ?, ?, ?, '', ?)", *astuple(page), items, last)

    def page_failed(self, page: Page, reason: str) -> None:
        """It is walked again on the next run."""
        self._do("REPLACE INTO pages VALUES (?, ?, ?, ?, 0, ?, 0)", *astuple(page), reason)

    def forget_pages(self, listings: Iterable[str]) -> None:
        """Walk these listings again: snaps that were found stay."""
        for listing in listings:
            self._do("DELETE FROM pages WHERE listing = ?", listing)

    def failed_pages(self) -> list[sqlite3.Row]:
        """style, number, url, reason."""
        return list(self._all("SELECT * FROM pages WHERE reason > '' ORDER BY listing, number"))

    def short_pages(self, per_page: int) -> list[sqlite3.Row]:
        """Walked pages with fewer items than expected, but for the last of a listing."""
        last = "SELECT max(number) FROM pages AS others WHERE others.listing = pages.listing"
        return list(
            self._all(
                "SELECT * FROM pages WHERE items < ? AND reason = ''"  # noqa: S608
                f" AND number < ({last} AND others.items > 0) ORDER BY listing, number",
                per_page,
            )
        )

    # Items whose own pages are opened -----------------------------------------------------------

    def item_is_opened(self, listing: str, key: str) -> bool:
        """Whether its page was read."""
        sql = "SELECT 1 FROM items WHERE listing = ? AND key = ? AND reason = ''"
        return self._one(sql, listing, key) is not None

    def item_opened(self, page: Page, key: str, url: str, reason: str = "") -> None:
        """Note that its page was read, or with a reason that it is to be opened again."""
        self._do(
            "REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?)",
            *(page.listing, key, page.number, page.style, url, reason),
        )

    def failed_items(self) -> list[sqlite3.Row]:
        """style, page, url, reason."""
        return list(self._all("SELECT * FROM items WHERE reason > '' ORDER BY listing, page"))

    # Snaps ------------------------------------------------------------------------------------

    def found(self, snaps: Sequence[Snap]) -> int:
        """Note snaps; those that are known stay as they are. Returns how many are new."""
        with self._lock, closing(self._rows.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(
                "INSERT OR IGNORE INTO snaps (style, image_url, page_url, owner, page, date)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [astuple(each) for each in snaps],
            )
            new = cursor.rowcount
            cursor.execute("COMMIT")
        return new

    def to_fetch(self, style: str, run: int, most: int) -> list[Snap]:
        """Snaps that lack a file and that this run has not tried: at most so many, in order."""
        rows = self._all(
            "SELECT style, image_url, page_url, owner, page, date FROM snaps"
            " WHERE style = ? AND state IN ('found', 'failed') AND attempts < ?"
            " ORDER BY page, rowid LIMIT ?",
            style,
            run,
            most,
        )
        return [Snap(*row) for row in rows]

    def next_run(self) -> int:
        """One more than any snap was tried: each run tries what is left once."""
        (tried,) = self._one("SELECT coalesce(max(attempts), 0) FROM snaps") or (0,)
        return int(tried) + 1

    def saved(self, snap: Snap, run: int, file: Saved) -> State:
        """Note its file: SAVED, or DOUBLE where this style has the same file already."""
        same = self._one(
            "SELECT 1 FROM snaps WHERE style = ? AND sha256 = ? AND state = 'saved'",
            snap.style,
            file.sha256,
        )
        state = State.DOUBLE if same else State.SAVED
        self._do(
            "UPDATE snaps SET state = ?, reason = '', attempts = ?, path = ?, sha256 = ?,"
            " width = ?, height = ?, alike = ?, look = ? WHERE style = ? AND image_url = ?",
            *(state, run, file.path, file.sha256, file.width, file.height, file.alike, file.look),
            *(snap.style, snap.image_url),
        )
        return state

    def failed(self, snap: Snap, run: int, reason: str) -> None:
        """Note why it has no file; the next run tries again."""
        self._do(
            "UPDATE snaps SET state = 'failed', reason = ?, attempts = ?"
            " WHERE style = ? AND image_url = ?",
            *(reason, run, snap.style, snap.image_url),
        )

    def left_out(self, path: str, place: str, kind: str) -> None:
        """Note that the file at `path` shows no outfit, its `kind`, and where it is now."""
        self._do(
            "UPDATE snaps SET state = 'left_out', reason = ?, path = ?"
            " WHERE path = ? AND state IN ('saved', 'double')",
            *(kind, place, path),
        )

    def left_out_snaps(self) -> list[sqlite3.Row]:
        """All columns of those; `reason` is the kind of photo."""
        return list(self._all("SELECT * FROM snaps WHERE state = 'left_out' ORDER BY style, rowid"))

    def paths_of(self, url: str) -> list[str]:
        """Of the files that came from this image or page."""
        sql = f"SELECT DISTINCT path FROM snaps WHERE path > '' AND {_FROM}"  # noqa: S608
        return [row["path"] for row in self._all(sql, url, url)]

    def removed(self, url: str) -> None:
        """Take down what came from this image or page, whatever state it is in."""
        # What was the same file under another address goes too, or the photo would come again.
        for path in self.paths_of(url):
            self._do(f"UPDATE snaps SET {_REMOVE} WHERE path = ?", path)  # noqa: S608
        self._do(f"UPDATE snaps SET {_REMOVE} WHERE {_FROM}", url, url)  # noqa: S608

    def knows(self, url: str) -> bool:
        """Whether a snap came from this image or page."""
        return self._one(f"SELECT 1 FROM snaps WHERE {_FROM}", url, url) is not None  # noqa: S608

    def count(self, style: str, state: State) -> int:
        """How many snaps of a style are in a state."""
        (count,) = self._one(
            "SELECT count(*) FROM snaps WHERE style = ? AND state = ?", style, state.value
        ) or (0,)
        return int(count)

    def saved_snaps(self) -> Iterator[sqlite3.Row]:
        """All columns of the snaps that have a file of their own."""
        return self._all("SELECT * FROM snaps WHERE state = 'saved' ORDER BY style, page, rowid")

    def failed_snaps(self) -> Iterator[sqlite3.Row]:
        """All columns."""
        return self._all("SELECT * FROM snaps WHERE state = 'failed' ORDER BY style, page, rowid")

    def _one(self, sql: str, *values: object) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._rows.execute(sql, values).fetchone()
            return row

    def _all(self, sql: str, *values: object) -> Iterator[sqlite3.Row]:
        with self._lock:
            return iter(self._rows.execute(sql, values).fetchall())

    def _do(self, sql: str, *values: object) -> None:
        with self._lock:
            self._rows.execute(sql, values)


_FROM = "(image_url = ? OR page_url = ?)"
_REMOVE = "state = 'removed', path = '', alike = '', look = NULL, owner = ''"
