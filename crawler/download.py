"""From a snap to its file: fetched, checked, named by its checksum, noted in the journal."""

from __future__ import annotations

import hashlib
import threading
from os import cpu_count
from pathlib import Path

import numpy as np

from crawler.errors import CrawlForbidden, Skipped
from crawler.fetch import Fetcher
from crawler.images import Checked, Looks, check_image
from crawler.journal import Journal, Saved, Snap, State
from crawler.robots import Robots
from imaging.decoders import Decoders

MOST_BYTES = 20 * 1024**2
_THREADS = 64
"""More than ever fetch at a time: a large photo waits for the others, and is never turned away."""


class Downloads:
    """Fetches snaps; `fetch` may be called from several threads."""

    def __init__(
        self, output: Path, journal: Journal, fetcher: Fetcher, robots: Robots, least_side: int
    ) -> None:
        self._output = output
        self._journal = journal
        self._fetcher = fetcher
        self._robots = robots
        self._least_side = least_side
        self._decoders = Decoders(cpu_count() or 1, waiting=_THREADS)
        self._lock = threading.Lock()
        self._stopped: CrawlForbidden | None = None
        self._looks = Looks()
        for row in journal.saved_snaps():
            self._looks.add(np.frombuffer(row["look"], np.uint8), row["path"])

    def fetch(self, snap: Snap, run: int) -> State:
        """Fetch one and note what came of it.

        Raises CrawlForbidden, and then notes nothing; so does each later call without a request.
        """
        if self._stopped:
            raise self._stopped
        try:
            data = self._fetcher.get(
                snap.image_url,
                most=MOST_BYTES,
                referer=snap.page_url,
                why_not=self._robots.forbid,
            )
            checked = check_image(data, self._least_side, self._decoders)
        except Skipped as skipped:
            self._journal.failed(snap, run, str(skipped))
            return State.FAILED
        except CrawlForbidden as stop:
            self._stopped = stop
            raise
        with self._lock:
            return self._keep(snap, run, data, checked)

    def _keep(self, snap: Snap, run: int, data: bytes, checked: Checked) -> State:
        sha256 = hashlib.sha256(data).hexdigest()
        path = f"{snap.style}/{sha256[:20]}{checked.ending}"
        place = self._output / path
        place.parent.mkdir(exist_ok=True)
        growing = place.with_name(f".{place.name}.part")
        growing.write_bytes(data)
        growing.replace(place)
        alike = self._looks.alike(checked.look)
        saved = Saved(
            path=path,
            sha256=sha256,
            width=checked.width,
            height=checked.height,
            alike="" if alike == path else alike,
            look=checked.look.tobytes(),
        )
        state = self._journal.saved(snap, run, saved)
        if state is State.SAVED:
            self._looks.add(checked.look, path)
        return state
