"""The chunks of a PNG (W3C, Portable Network Graphics, third edition, clause 5)."""

import struct
import zlib
from dataclasses import dataclass, field

from imaging import exif
from imaging.limits import Limits
from imaging.picture import Kind, Picture
from imaging.reasons import Reason, Rejected

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# What pixels depend on. All else is left out: a wrong checksum in it, or a text that unpacks to
# megabytes, is no reason to refuse a picture.
_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Bytes for each pixel while it is decoded, made premultiplied and resized, as measured.
_MEMORY = {0: 4, 2: 7, 3: 10, 4: 10, 6: 10}
_MOST_PROFILE = 4 * 1024**2
_MOST_XMP = 1024**2
_XMP = b"XML:com.adobe.xmp\0"


@dataclass
class _Found:
    kept: list[memoryview] = field(default_factory=list)
    profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None


def read(data: bytes, limits: Limits) -> Picture:
    """Walk over all chunks. Raises Rejected for what is no PNG, has too many of them, or moves."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise Rejected(Reason.BROKEN)
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise Rejected(Reason.BROKEN)
    found = _Found()
    view = memoryview(data)
    at, chunks = len(SIGNATURE), 0
    while at + 12 <= len(data):
        chunks += 1
        if chunks > limits.chunks:
            raise Rejected(Reason.TOO_MANY_CHUNKS)
        length = int.from_bytes(view[at : at + 4], "big")
        name = bytes(view[at + 4 : at + 8])
        end = at + 12 + length
        if name in _KEPT or not name[0] & 0x20:  # a critical chunk that is unknown is an error
            found.kept.append(view[at:end])
        else:
            _note(name, view[at + 8 : at + 8 + length], found)
        at = end
        if name == b"IEND":
            break
    return Picture(
        Kind.PNG,
        width,
        height,
        (SIGNATURE, *found.kept),
        memory=(_MEMORY[colour] + (8 if depth == 16 and not colour else 0)) * width * height,
        profile=found.profile,
        exif=found.exif,
        xmp=found.xmp,
        orientation=exif.orientation(found.exif),
    )


def _note(name: bytes, body: memoryview, found: _Found) -> None:
    if name == b"acTL" and int.from_bytes(body[:4], "big") > 1:
        raise Rejected(Reason.ANIMATED)
    if name == b"eXIf":
        found.exif = found.exif or bytes(body)
    elif name == b"iCCP" and found.profile is None:
        _, _, packed = bytes(body).partition(b"\0")
        found.profile = _unpacked(packed[1:], _MOST_PROFILE)
    elif name == b"iTXt" and bytes(body[: len(_XMP)]) == _XMP:
        found.xmp = _text(bytes(body[len(_XMP) :]))


def _text(body: bytes) -> bytes | None:
    """An iTXt chunk after its keyword: flag, method, language, translated keyword, text."""
    text = body[2:].split(b"\0", 2)[-1]
    return _unpacked(text, _MOST_XMP) if body[:1] == b"\1" else text


def _unpacked(packed: bytes, most: int) -> bytes | None:
    """Nothing where it is damaged or takes more than `most` bytes, which are never exceeded."""
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(packed, most)
    except zlib.error:
        return None
    return unpacked if unpacking.eof else None
