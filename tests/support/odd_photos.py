"""Files that a careful reader of photos has to know: bombs, broken metadata, rare colours.

All are drawn here; nothing is anybody's photo.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Sequence

from PIL import Image

from tests.support.images import encode

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PROPHOTO = ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))
SRGB = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
"""The red, green and blue of two colour spaces as XYZ under D50."""


def segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one more segment at its beginning."""
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def scan_bomb(image: Image.Image, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each walks over all pixels."""
    whole = encode(image, progressive=True, quality=50)
    places = [found.start() for found in re.finditer(rb"\xff\xda", whole)]
    header = whole[: places[-1]]
    return header + whole[places[-1] : -2] * (scans - len(places) + 1) + whole[-2:]


def chunk(name: bytes, body: bytes, *, checksum: int | None = None) -> bytes:
    """A PNG chunk, right but for a `checksum` that is given."""
    right = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum or right)


def with_chunks(png: bytes, chunks: Iterable[bytes]) -> bytes:
    """The PNG with more chunks behind its header."""
    return png[:33] + b"".join(chunks) + png[33:]


def png_of(
    size: tuple[int, int], depth: int, colour: int, row: bytes, *more: bytes, tail: bytes = b""
) -> bytes:
    """A PNG by hand, all rows alike; `more` chunks stand before the pixels, `tail` behind them."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    pixels = zlib.compress((b"\0" + row) * size[1] + tail, 9)
    chunks = (chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return PNG_SIGNATURE + b"".join(chunks)


def profile(
    primaries: Sequence[tuple[float, float, float]], gamma: float, name: str = "drawn"
) -> bytes:
    """An ICC profile (ICC.1:2022) of RGB with one gamma; without primaries, of grey."""

    def xyz(values: Sequence[float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)

    curve = b"curv\0\0\0\0"
    curve += struct.pack(">I", 0) if gamma == 1 else struct.pack(">IH", 1, round(gamma * 256))
    text = name.encode() + b"\0"
    tags = [
        (b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)),
        (b"wtpt", xyz((0.9642, 1, 0.8249))),
        (b"cprt", b"text\0\0\0\0none\0"),
    ]
    if primaries:
        colours = zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)
        tags += [(tag, xyz(colour)) for tag, colour in colours]
        tags += [(tag, curve) for tag in (b"rTRC", b"gTRC", b"bTRC")]
    else:
        tags.append((b"kTRC", curve))
    table, body = struct.pack(">I", len(tags)), b""
    for tag, value in tags:
        table += tag + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    space = b"RGB " if primaries else b"GRAY"
    head = struct.pack(
        ">I4sI4s4s4s", 128 + len(table) + len(body), b"none", 0x02400000, b"mntr", space, b"XYZ "
    )
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += b"".join(_fixed(value) for value in (0.9642, 1, 0.8249))
    return head.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65_536))
