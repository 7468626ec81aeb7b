"""Where the rows of one run go: a new file, one to go on with, or the standard output."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from worker.folder.rows import Row
from worker.folder.tables import CsvTable, JsonTable, Table, TableError

STANDARD_OUTPUT = "-"
KINDS: dict[str, type[CsvTable] | type[JsonTable]] = {
    ".csv": CsvTable,
    ".jsonl": JsonTable,
    ".parquet": JsonTable,  # until all rows are there
}


class Results:
    """Takes rows, and gives them back at the end. Made by `open_results`."""

    def __init__(self, table: Table, path: Path | None, copy: Table | None) -> None:
        self.path = path
        self.done = frozenset(table.done)
        self.failed = table.failed
        self._table = table
        self._copy = copy

    @property
    def files(self) -> list[Path]:
        """What is written, so that it is not taken for photos."""
        return [each for each in (self.path, self._table.path) if each]

    def add(self, rows: Sequence[Row]) -> None:
        """Write rows. Raises TableError."""
        self._table.add(rows)
        if self._copy:
            self._copy.add(rows)
        self.failed += sum(bool(row.error) for row in rows)

    def finish(self) -> None:
        """All rows are there: make the file whole. Raises TableError."""
        self._table.close()
        if self.path and self.path != self._table.path:
            from worker.folder.parquet import write_parquet

            write_parquet(self._table.rows(), self.path)

    def rows(self) -> Iterator[Row]:
        """All rows, those of earlier runs too."""
        return (self._copy or self._table).rows()

    def forget(self) -> None:
        """Remove what only this run needed."""
        for table in (self._copy, self._table):
            if table and table.path and table.path != self.path:
                table.path.unlink(missing_ok=True)


def open_results(
    output: str, *, resume: bool, overwrite: bool, kept: bool, json: bool = False
) -> Results:
    """Open `output` by its ending; `kept` where the rows are needed again at the end.

    The standard output gets CSV, or with `json` JSON lines.

    Raises TableError with a sentence that says what to do: for an unknown ending, a file that is
    there already and not to be resumed, a missing pyarrow.
    """
    if output == STANDARD_OUTPUT:
        if resume or overwrite:
            raise TableError("The standard output cannot be resumed: name a file.")
        kind = JsonTable if json else CsvTable
        return Results(kind(None, resume=False), None, _temporary() if kept else None)
    path = Path(output)
    by_ending = KINDS.get(path.suffix.lower())
    if by_ending is None:
        raise TableError(f"{path} should end in .csv, .jsonl or .parquet.")
    growing = path
    if path.suffix.lower() == ".parquet":
        _check_pyarrow()
        growing = path.with_name(path.name + ".partial.jsonl")
    if not (resume or overwrite) and any(_has_content(each) for each in (path, growing)):
        raise TableError(f"{path} is there already: --resume goes on, --overwrite replaces it.")
    if resume and growing != path and path.exists() and not growing.exists():
        _begin_from_parquet(path, growing)
    return Results(by_ending(growing, resume=resume), path, None)


def _begin_from_parquet(path: Path, growing: Path) -> None:
    """A finished file is gone on with: its rows become lines again."""
    from worker.folder.parquet import read_parquet

    table = JsonTable(growing, resume=False)
    try:
        table.add(list(read_parquet(path)))
    except TableError:
        growing.unlink()
        raise
    finally:
        table.close()


def _check_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError as error:
        raise TableError(
            "Parquet needs pyarrow; run: pip install -r requirements/parquet.txt"
        ) from error


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _temporary() -> Table:
    with tempfile.NamedTemporaryFile(suffix=".jsonl", delete=False) as file:
        return JsonTable(Path(file.name), resume=False)
