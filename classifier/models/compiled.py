"""Queries that every request makes: Django writes their SQL once in a process, not each time.

Building and compiling a query costs several times what asking it does (docs/performance.md).
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class Compiled(Generic[M]):
    """One row of a model whose fields need no conversion, found by a few values."""

    def __init__(self, example: Callable[[], QuerySet[M]]) -> None:
        """`example` filters by one value at a time, whatever it is: their order is that of `get`'s.

        It is called when the first row is asked for, as models may not be loaded before.
        """
        self._example = example
        self._compiled: tuple[str, type[M], list[str]] | None = None

    def get(self, *values: Any) -> M | None:
        """The row with these values, or None."""
        sql, model, fields = self._compiled or self._compile()
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            row = cursor.fetchone()
        return model.from_db(connection.alias, fields, row) if row else None

    def _compile(self) -> tuple[str, type[M], list[str]]:
        rows = self._example()
        sql, _ = rows.query.sql_with_params()
        fields = [field.attname for field in rows.model._meta.concrete_fields]
        self._compiled = sql, rows.model, fields
        return self._compiled
