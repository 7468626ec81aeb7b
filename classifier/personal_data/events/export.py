"""Writes the data set: events.parquet, schema.json, DATASHEET.md. Needs requirements/parquet.txt.

Bounded memory: rows come by cursors of the server and leave as row groups.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from classifier.personal_data.events.datasheet import datasheet
from classifier.personal_data.events.fields import FIELDS, FORMAT, schema_json
from classifier.personal_data.events.folder import DATASHEET, EVENTS, SCHEMA, whole_folder
from classifier.personal_data.events.rows import Pseudonyms, Row, portions

_TYPES = {
    "string": pa.string(),
    "date32": pa.date32(),
    "float32": pa.float32(),
    "bool": pa.bool_(),
}
ARROW_SCHEMA = pa.schema(
    [pa.field(each.name, _TYPES[each.type], metadata={"meaning": each.meaning}) for each in FIELDS],
    metadata={FORMAT: json.dumps(schema_json())},
)


@dataclass
class Written:
    """What an export has: how many events of each kind, people, releases, first and last day."""

    events: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)
    releases: set[str] = field(default_factory=set)
    first: date | None = None
    last: date | None = None

    def count(self, rows: list[Row]) -> None:
        """Count a portion."""
        for event, person, day, _outfit, _source, release, *_ in rows:
            self.events[event] += 1
            self.people.add(person)
            if release:
                self.releases.add(release)
            self.first = min(self.first or day, day)
            self.last = max(self.last or day, day)


def write_events(
    folder: Path, key: bytes, on_progress: Callable[[int], None] = lambda _: None
) -> Written:
    """Write all events of people who consent to research now. Raises FolderRefused, OSError.

    `on_progress` gets how many events are written so far.
    """
    written = Written()
    with whole_folder(folder) as part:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            with pq.ParquetWriter(part / EVENTS, ARROW_SCHEMA, compression="zstd") as writer:
                for rows in portions(Pseudonyms(key)):
                    written.count(rows)
                    writer.write_table(_table(rows))
                    on_progress(written.events.total())
        schema = json.dumps(schema_json(), indent=2, ensure_ascii=False)
        (part / SCHEMA).write_text(f"{schema}\n", encoding="utf-8")
        (part / DATASHEET).write_text(
            datasheet(
                dict(written.events),
                len(written.people),
                sorted(written.releases),
                (written.first, written.last),
            ),
            encoding="utf-8",
        )
    return written


def _table(rows: list[Row]) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array(list(column), kind.type)
        for column, kind in zip(columns, ARROW_SCHEMA, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=ARROW_SCHEMA)
