"""The same thing done by several at the same moment, each with a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def at_once(times: int, do: Callable[[int], Result]) -> list[Result]:
    """Call it with 0, 1, 2 ... in so many threads, which all begin together; what it returned."""
    start = Barrier(times)

    def one(number: int) -> Result:
        try:
            start.wait(30)
            return do(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
