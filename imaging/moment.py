"""When a photo was taken, as far as its metadata says so."""

import re
from datetime import UTC, datetime, timedelta

from imaging import exif

EARLIEST_YEAR = 1990
"""No camera of before wrote a date; clocks that were never set say 1970 or 1980."""

_EXIF = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
# As an attribute or an element (XMP part 1, 7.4 and 7.5), and what says best when it was taken.
_XMP = tuple(
    re.compile(rb"\b" + name + rb"(?:\s*=\s*[\"']|>)\s*([0-9T:.+\-Z]{10,40})")
    for name in (b"exif:DateTimeOriginal", b"photoshop:DateCreated")
)


def moment_taken(exif_data: bytes | None, xmp: bytes | None) -> datetime | None:
    """The camera's local time, aware where the offset is known too; EXIF counts before XMP.

    Nothing for what is no date, lies before EARLIEST_YEAR or more than a day ahead of now.
    """
    for moment in (_of_exif(exif_data), *_of_xmp(xmp)):
        if moment is not None and _is_plausible(moment):
            return moment
    return None


def _of_exif(data: bytes | None) -> datetime | None:
    """DateTimeOriginal with OffsetTimeOriginal (EXIF 2.32, 4.6.5 F)."""
    tags = exif.tags(data)
    text = _EXIF.match(str(tags.get(exif.DATE_TIME_ORIGINAL, "")))
    if text is None:
        return None
    offset = _OFFSET.match(str(tags.get(exif.OFFSET_TIME_ORIGINAL, "")).strip())
    year, month, day, *clock = text.groups()
    stamp = f"{year}-{month}-{day}T{':'.join(clock)}"
    return _parsed(stamp + (offset.group() if offset else "")) or _parsed(stamp)


def _of_xmp(xmp: bytes | None) -> list[datetime | None]:
    found = [name.search(xmp or b"") for name in _XMP]
    return [_parsed(match.group(1).decode("ascii")) for match in found if match]


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _is_plausible(moment: datetime) -> bool:
    latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    return moment.year >= EARLIEST_YEAR and moment.replace(tzinfo=None) <= latest
