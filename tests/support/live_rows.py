"""The rows of a live FASI, looked at from outside."""

import uuid
from collections.abc import Iterable
from typing import Any

import psycopg2

from tests.support.starting import wait_until

PATIENCE_S = 120.0
"""For what takes several leases on a busy machine."""


class LiveRows:
    """A connection to the product's database, which may be killed and started again."""

    def __init__(self) -> None:
        self._database: psycopg2.extensions.connection | None = None

    @property
    def database_url(self) -> str:
        """Of the database."""
        raise NotImplementedError

    def disconnect(self) -> None:
        """Close the connection, if there is one."""
        if self._database is not None:
            self._database.close()

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the product's database; connects anew where the server was killed."""
        try:
            return self._rows(sql, values)
        except psycopg2.Error as error:
            # What a server says has a code; that it died may come as any class, without one.
            if error.pgcode and not isinstance(error, psycopg2.OperationalError):
                raise
            self._database = None
            return self._rows(sql, values)

    def _rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._database is None:
            self._database = psycopg2.connect(self.database_url)
            self._database.autocommit = True
        with self._database.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def unfinished(self) -> int:
        """How many outfits wait or are claimed."""
        ((count,),) = self.query(
            "SELECT count(*) FROM classifier_outfit WHERE status IN ('queued', 'running')"
        )
        return int(count)

    def statuses(self, ids: Iterable[uuid.UUID] | None = None) -> list[str]:
        """The status of each outfit, or of these."""
        found = dict(self.query("SELECT id::text, status FROM classifier_outfit"))
        return list(found.values()) if ids is None else [found[str(each)] for each in ids]

    def attempts(self, outfit: uuid.UUID) -> int:
        """How often the outfit was claimed."""
        ((attempts,),) = self.query(
            "SELECT attempts FROM classifier_outfit WHERE id = %s", str(outfit)
        )
        return int(attempts)

    def holders(self) -> set[str]:
        """The worker processes that hold a claim now."""
        return {
            name
            for (name,) in self.query(
                "SELECT DISTINCT claimed_by FROM classifier_outfit WHERE status = 'running'"
            )
        }

    def wait_for(self, status: str, ids: Iterable[uuid.UUID]) -> None:
        """Wait until all these outfits have the status."""
        wanted = list(ids)
        wait_until(
            lambda: set(self.statuses(wanted)) == {status}, f"all {status}", patience_s=PATIENCE_S
        )

    def wait_attempted(self, ids: Iterable[uuid.UUID], times: int) -> None:
        """Wait until workers have claimed each of these so often."""
        wait_until(
            lambda: all(self.attempts(each) >= times for each in ids),
            f"{times} attempts",
            patience_s=PATIENCE_S,
        )

    def wait_running(self, count: int) -> None:
        """Wait until a worker holds so many outfits."""
        wait_until(lambda: self.statuses().count("running") >= count, f"{count} running")

    def assert_predicted_once(self, ids: Iterable[uuid.UUID]) -> None:
        """Each of these is done and has one prediction."""
        counts = dict(
            self.query("SELECT outfit_id::text, count(*) FROM classifier_prediction GROUP BY 1")
        )
        wanted = list(ids)
        assert set(self.statuses(wanted)) == {"done"}
        assert {each: counts.get(str(each), 0) for each in wanted} == dict.fromkeys(wanted, 1)
