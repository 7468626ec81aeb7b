"""Moments from outside, which are in UTC from here on."""

from datetime import UTC, datetime


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises ValueError for one without an offset, and for one that lies outside the calendar in UTC:
    the database takes neither, nor offsets of 16 hours and more.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment lies outside the calendar") from error


def read_moment(text: str) -> datetime:
    """From ISO 8601. Raises ValueError."""
    return in_utc(datetime.fromisoformat(text))
