"""What a check found."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Level(StrEnum):
    """How bad it is: an error loses something or keeps photos from being classified."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `code` is `check.what` and stays the same from version to version; `remedy` says what to do, and
    is empty where all is well.
    """

    code: str
    level: Level
    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class Options:
    """`orphan_age`: an object may be without its row for so long, because it is stored first."""

    orphan_age: timedelta = timedelta(hours=1)


def ok(code: str, sentence: str) -> Finding:
    """All is well."""
    return Finding(code, Level.OK, sentence)


def warning(code: str, sentence: str, remedy: str) -> Finding:
    """It works, but not for long, or not as it should."""
    return Finding(code, Level.WARNING, sentence, remedy)


def error(code: str, sentence: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(code, Level.ERROR, sentence, remedy)


def first_line(fault: BaseException) -> str:
    """What an exception says, without what clients quote below it."""
    return str(fault).strip().partition("\n")[0].rstrip(".") or type(fault).__name__
