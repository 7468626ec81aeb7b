"""Rows as a Parquet file, for data frames. Needs pyarrow (requirements/parquet.txt)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from worker.folder.rows import Guess, Row
from worker.folder.tables import TableError

SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("kind", pa.string()),
        ("style", pa.string()),
        ("confidence", pa.float32()),
        ("decided", pa.bool_()),
        ("set", pa.list_(pa.string())),
        ("top", pa.list_(pa.struct([("style", pa.string()), ("probability", pa.float32())]))),
        ("error", pa.string()),
    ]
)
ROWS_AT_A_TIME = 10_000


def write_parquet(rows: Iterable[Row], path: Path) -> None:
    """Write all rows, in portions; the file is there when it is whole. Raises TableError."""
    growing = path.with_name(f".{path.name}.growing")
    remaining = iter(rows)
    try:
        with pq.ParquetWriter(growing, SCHEMA) as writer:
            while portion := [asdict(row) for row in islice(remaining, ROWS_AT_A_TIME)]:
                writer.write_table(pa.Table.from_pylist(portion, SCHEMA))
        growing.replace(path)
    except OSError as error:
        growing.unlink(missing_ok=True)
        raise TableError(f"{path} cannot be written: {error}.") from error


def read_parquet(path: Path) -> Iterator[Row]:
    """The rows of a file that `write_parquet` wrote. Raises TableError for any other."""
    try:
        with pq.ParquetFile(path) as file:
            if file.schema_arrow.names != SCHEMA.names:
                raise TableError(f"{path} is no result of this command: choose another file.")
            for portion in file.iter_batches(ROWS_AT_A_TIME):
                for fields in portion.to_pylist():
                    top = tuple(Guess(**each) for each in fields["top"])
                    yield Row(**fields | {"set": tuple(fields["set"]), "top": top})
    except (OSError, pa.ArrowInvalid) as error:
        raise TableError(f"{path} cannot be read: {error}.") from error
