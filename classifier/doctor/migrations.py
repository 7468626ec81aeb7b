"""The database is as this version wants it."""

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from classifier.doctor.findings import Finding, Options, error, ok


def check(_: Options) -> Iterator[Finding]:
    """What is not applied, and what was applied by a newer version."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    unknown = [key for key in loader.applied_migrations if key not in loader.disk_migrations]
    unknown = [key for key in unknown if key[0] in loader.migrated_apps]
    if plan:
        first = ", ".join(str(migration) for migration, _backwards in plan[:3])
        yield error(
            "migrations.missing",
            f"{len(plan)} migrations are not applied: {first}.",
            "`manage.py setup_site` applies them, while the site serves; so does `fasi up`.",
        )
    if unknown:
        first = ", ".join(".".join(key) for key in sorted(unknown)[:3])
        yield error(
            "migrations.unknown",
            f"The database knows {len(unknown)} migrations that this version does not: {first}.",
            "A newer FASI was here: run that version, or restore a backup from before.",
        )
    if not plan and not unknown:
        yield ok("migrations.ok", "All migrations are applied.")
