"""PostgreSQL."""

from collections.abc import Iterator

from django.conf import settings
from django.db import Error, connection

from classifier.doctor.findings import Finding, Options, error, first_line, ok


def how_to_reach(variable: str) -> str:
    """What to do about a server that does not answer."""
    if settings.EMBEDDED:
        return "`fasi up` starts it; `fasi logs` shows why it has ended."
    return f"Start it, look at its log and at {variable}."


def check(_: Options) -> Iterator[Finding]:
    """Connect and ask something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (number,) = cursor.fetchone()
    except Error as fault:
        yield error(
            "database.away",
            f"PostgreSQL does not answer: {first_line(fault)}.",
            how_to_reach("FASI_DATABASE_URL"),
        )
        return
    yield ok("database.ok", f"PostgreSQL {number.split()[0]} answers.")
