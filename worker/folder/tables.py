"""Rows in files: CSV and JSON lines as they come, Parquet at the end.

Whole lines are written by one call to the system, without a buffer, so a killed process leaves no
half line; a machine that loses power may, and then that line is cut off on the next run. Parquet
has its index at its end and cannot grow: its rows wait as JSON lines beside it until all are there.
"""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from classifier.spreadsheets import csv_line, unescaped
from worker.folder.rows import Guess, Row

COLUMNS = ("path", "kind", "style", "confidence", "decided", "set", "top", "error")
STANDARD_OUTPUT = 1


class TableError(Exception):
    """A result that cannot be written or gone on with; the message says what to do."""


class Table(ABC):
    """Lines of rows in an open file."""

    def __init__(self, path: Path | None, *, resume: bool) -> None:
        """Open `path`, or the standard output for None; `resume` keeps the rows that it has.

        Raises TableError when it cannot be written, or is not a table of this kind.
        """
        self.path = path
        self.done: set[str] = set()
        self.failed = 0
        if path is None:
            self._file = STANDARD_OUTPUT
            self._write(self.head())
            return
        try:
            self._file = os.open(
                path, os.O_RDWR | os.O_CREAT | (0 if resume else os.O_TRUNC), 0o644
            )
        except OSError as error:
            raise TableError(f"{path} cannot be written: {error.strerror}.") from error
        whole = self._whole()
        self._read()
        os.ftruncate(self._file, whole)
        os.lseek(self._file, whole, os.SEEK_SET)
        if not whole:
            self._write(self.head())

    @abstractmethod
    def head(self) -> bytes:
        """What comes before the first row."""

    @abstractmethod
    def line(self, row: Row) -> bytes:
        """A row with the end of its line."""

    @abstractmethod
    def parsed(self, lines: Iterable[str]) -> Iterator[Row]:
        """The rows of whole lines. Raises TableError where they are something else."""

    def add(self, rows: Sequence[Row]) -> None:
        """Write rows, all of them or none. Raises TableError when the disk is full."""
        self._write(b"".join(self.line(row) for row in rows))

    def rows(self) -> Iterator[Row]:
        """What is written so far. Raises TableError for the standard output, which keeps none."""
        if self.path is None:
            raise TableError("The standard output cannot be read again.")
        with self.path.open(encoding="utf-8", newline="") as file:
            yield from self.parsed(file)

    def _foreign(self) -> TableError:
        return TableError(f"{self.path} is no result of this command: choose another file.")

    def close(self) -> None:
        """All is written; see that it is on the disk."""
        if self._file != STANDARD_OUTPUT:
            os.fsync(self._file)
            os.close(self._file)

    def _write(self, data: bytes) -> None:
        written = 0
        try:
            while written < len(data):  # one round, but for pipes and full disks
                written += os.write(self._file, data[written:])
        except OSError as error:
            if self.path is None:
                raise
            os.ftruncate(self._file, os.lseek(self._file, 0, os.SEEK_CUR) - written)
            raise TableError(f"{self.path} cannot be written: {error.strerror}.") from error

    def _read(self) -> None:
        """Note which files have whole lines, and how many of them failed."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            whole_lines = (line.decode(errors="replace") for line in file if line.endswith(b"\n"))
            for row in self.parsed(whole_lines):
                self.done.add(row.path)
                self.failed += bool(row.error)

    def _whole(self) -> int:
        """Where the last whole line ends."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            return sum(len(line) for line in file if line.endswith(b"\n"))


class CsvTable(Table):
    """For spreadsheets, and for programs, which find no byte order mark."""

    def head(self) -> bytes:
        return csv_line(COLUMNS, end="\n").encode()

    def line(self, row: Row) -> bytes:
        cells = (
            row.path,
            row.kind,
            row.style,
            None if row.confidence is None else f"{row.confidence:.4f}",
            None if row.decided is None else str(row.decided).lower(),
            " ".join(row.set),
            " ".join(f"{each.style}:{each.probability:.4f}" for each in row.top),
            row.error,
        )
        return csv_line(cells, end="\n").encode()

    def parsed(self, lines: Iterable[str]) -> Iterator[Row]:
        reader = csv.reader(lines)
        if tuple(next(reader, COLUMNS)) != COLUMNS:
            raise self._foreign()
        try:
            for path, kind, style, confidence, decided, styles, top, error in reader:
                yield Row(
                    path=unescaped(path),
                    kind=kind,
                    style=style,
                    confidence=float(confidence) if confidence else None,
                    decided=decided.lower() == "true" if decided else None,
                    set=tuple(styles.split()),
                    top=tuple(_guess(each) for each in top.split()),
                    error=unescaped(error),
                )
        except ValueError as wrong:
            raise self._foreign() from wrong


class JsonTable(Table):
    """One JSON object a line, for programs."""

    def head(self) -> bytes:
        return b""

    def line(self, row: Row) -> bytes:
        return json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n"

    def parsed(self, lines: Iterable[str]) -> Iterator[Row]:
        for line in lines:
            try:
                fields = json.loads(line)
                top = tuple(Guess(**each) for each in fields["top"])
                yield Row(**fields | {"set": tuple(fields["set"]), "top": top})
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise self._foreign() from error


def _guess(text: str) -> Guess:
    style, _, probability = text.rpartition(":")
    return Guess(style, float(probability))
