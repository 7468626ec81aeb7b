"""How commands end: their exit codes, and errors as one sentence that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

DONE, FAILED, USAGE, NOT_RUNNING, STOPPED = 0, 1, 2, 3, 130


class Problem(Exception):
    """What went wrong, as a sentence for the person, and the exit code."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


@contextmanager
def stack_errors() -> Iterator[None]:
    """What the embedded stack says when it cannot go on, as a Problem."""
    from fasi_site.local.errors import LocalError

    try:
        yield
    except LocalError as error:
        raise Problem(str(error)) from None


@contextmanager
def site_errors() -> Iterator[None]:
    """What the site's commands raise, as a Problem."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management.base import CommandError
    from django.db import OperationalError

    try:
        yield
    except CommandError as error:
        raise Problem(str(error), error.returncode) from None
    except ImproperlyConfigured as error:
        raise Problem(" ".join(str(error).split())) from None
    except OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        raise Problem(
            f"PostgreSQL does not answer ({reason}): start FASI with `fasi up`, or look at"
            " FASI_DATABASE_URL."
        ) from None
