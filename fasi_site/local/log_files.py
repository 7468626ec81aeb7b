"""The logs of a data folder, for a person who reads them: the last lines, and those that come."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from fasi_site.local.data import DataFolder
from fasi_site.local.errors import LocalError

POLL_S = 0.2
CHUNK = 65_536


def names(data: DataFolder) -> list[str]:
    """Of what has a log, by the alphabet."""
    return sorted(path.stem for path in data.logs.glob("*.log"))


def chosen(data: DataFolder, wanted: Sequence[str]) -> list[Path]:
    """The logs of those names, or all. Raises LocalError for one that is not there."""
    there = names(data)
    if not there:
        raise LocalError(f"There are no logs in {data.logs}: FASI has not run from this folder.")
    for name in wanted:
        if name not in there:
            raise LocalError(f"There is no log {name!r}; there are: {', '.join(there)}.")
    return [data.logs / f"{name}.log" for name in wanted or there]


class Follower:
    """Lines of a log before now and from now on, also of the one that a restart begins."""

    def __init__(self, log: Path) -> None:
        self.log = log
        there = log.stat()
        self._file, self._at = there.st_ino, there.st_size

    def last_lines(self, count: int) -> list[str]:
        """The last lines before it began to follow, read from there: a log may be large."""
        end, at = b"", self._at
        with self.log.open("rb") as file:
            while at > 0 and end.count(b"\n") <= count:
                step = min(CHUNK, at)
                at = file.seek(at - step)
                end = file.read(step) + end
        return end.decode(errors="replace").splitlines()[-count:] if count else []

    def new_lines(self) -> list[str]:
        """Whole lines that have come since the last call."""
        try:
            with self.log.open("rb") as file:
                there = os.fstat(file.fileno())
                if there.st_ino != self._file or there.st_size < self._at:
                    self._file, self._at = there.st_ino, 0
                file.seek(self._at)
                whole = file.read().rpartition(b"\n")[0]
        except FileNotFoundError:  # it is being replaced
            return []
        if not whole:
            return []
        self._at += len(whole) + 1
        return whole.decode(errors="replace").splitlines()


def follow(followers: Sequence[Follower]) -> Iterator[tuple[str, str]]:
    """The name of each log and a line of it, as they come, for ever."""
    while True:
        for follower in followers:
            for line in follower.new_lines():
                yield follower.log.stem, line
        time.sleep(POLL_S)
