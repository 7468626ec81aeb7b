"""Migrations of a site in use: none keeps readers and writers of a table waiting."""

from collections.abc import Iterator, Sequence

import pytest
from django.db import connection
from django.db.migrations import (
    AddConstraint,
    AddIndex,
    CreateModel,
    Migration,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

FIRST = "0018"
"""The first one of which this was asked."""
_FOUND = MigrationLoader(None).disk_migrations
MIGRATIONS = [_FOUND[key] for key in sorted(_FOUND) if key[0] == "classifier" and key[1] >= FIRST]


def in_the_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Without what only Django's state is told."""
    for each in operations:
        if isinstance(each, SeparateDatabaseAndState):
            yield from in_the_database(each.database_operations)
        else:
            yield each


NEW = {
    each.name_lower
    for migration in MIGRATIONS
    for each in in_the_database(migration.operations)
    if isinstance(each, CreateModel)
}
"""Tables of this version: where it is brought in, they have no rows yet."""


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda each: each.name)
def test_a_migration_waits_for_a_lock_only_briefly(migration: Migration) -> None:
    """Whoever waits for a lock on a table stops all who come later, for as long as it waits."""
    if not migration.atomic:
        return  # each statement is on its own, and says so itself where it needs to
    first = migration.operations[0]
    assert isinstance(first, RunSQL), "it begins with SET LOCAL lock_timeout"
    assert "SET LOCAL lock_timeout" in str(first.sql)


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda each: each.name)
def test_a_migration_reads_no_table_under_its_lock(migration: Migration) -> None:
    """Constraints of old tables are added without looking (AddConstraintNotValid)."""
    for each in in_the_database(migration.operations):
        if isinstance(each, AddIndex):
            assert each.model_name_lower in NEW, f"{each.index.name} keeps writers waiting"
        elif type(each) is AddConstraint:
            assert each.model_name_lower in NEW, f"{each.constraint.name} keeps all waiting"


def test_what_was_added_without_looking_was_looked_at_later(site: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        assert cursor.fetchall() == []
