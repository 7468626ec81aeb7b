"""The few tags of EXIF that are read, by a reader that garbage cannot harm (TIFF 6.0, EXIF 2.32).

Decoders' own EXIF readers refuse whole pictures for broken metadata, so they never get it.
"""

import struct

ORIENTATION = 0x0112
EXIF_IFD = 0x8769
DATE_TIME_ORIGINAL = 0x9003
OFFSET_TIME_ORIGINAL = 0x9011

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1}  # BYTE, ASCII, SHORT, LONG, UNDEFINED
_MOST_ENTRIES = 1_000
_MOST_TEXT = 64


def tags(exif: bytes | None) -> dict[int, int | str]:
    """The readable tags of the first directory and its EXIF directory; of garbage, none.

    Numbers are the first of their tag's values; texts are cut at their first NUL.
    """
    if not exif:
        return {}
    if exif.startswith(b"Exif\0"):
        exif = exif[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return {}
    found = _directory(exif, order, _number(exif, order, 4))
    below = found.get(EXIF_IFD)
    if isinstance(below, int):
        found = _directory(exif, order, below) | found
    return found


def orientation(exif: bytes | None) -> int:
    """1 to 8, and 1 where the tag is missing or says nothing that is known."""
    value = tags(exif).get(ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _number(data: bytes, order: str, at: int) -> int:
    try:
        return int(struct.unpack_from(order + "I", data, at)[0])
    except struct.error:
        return 0


def _directory(data: bytes, order: str, at: int) -> dict[int, int | str]:
    found: dict[int, int | str] = {}
    try:
        (count,) = struct.unpack_from(order + "H", data, at)
        for entry in range(min(count, _MOST_ENTRIES)):
            place = at + 2 + 12 * entry
            tag, kind, length = struct.unpack_from(order + "HHI", data, place)
            if kind not in _SIZES or not length:
                continue
            start = place + 8
            if _SIZES[kind] * length > 4:
                start = _number(data, order, place + 8)
            if kind in (2, 7):
                text = data[start : start + min(length, _MOST_TEXT)].split(b"\0")[0]
                found.setdefault(tag, text.decode("ascii", "replace"))
            elif kind in (3, 4):
                (value,) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, start)
                found.setdefault(tag, int(value))
    except struct.error:  # it ends too early: what was read until there holds
        pass
    return found
