"""The chunks of a WebP (RFC 9649, section 2)."""

import struct

from imaging import exif
from imaging.limits import Limits
from imaging.picture import Kind, Picture
from imaging.reasons import Reason, Rejected

# libwebp's decoder of animations, which Pillow uses for still pictures too, holds two canvases.
_MEMORY = 18


def read(data: bytes, limits: Limits) -> Picture:
    """Walk over all chunks. Raises Rejected for what is no WebP, or moves."""
    size: tuple[int, int] | None = None
    metadata: dict[bytes, bytes] = {}
    at, chunks, frames = 12, 0, 0
    while at + 8 <= len(data):
        chunks += 1
        if chunks > limits.chunks:
            raise Rejected(Reason.TOO_MANY_CHUNKS)
        name, length = struct.unpack_from("<4sI", data, at)
        body = at + 8
        if name in (b"VP8X", b"VP8 ", b"VP8L") and size is None:
            size = _size(name, data, body)
        elif name == b"ANMF":
            frames += 1
        elif name in (b"EXIF", b"XMP "):
            metadata.setdefault(name, data[body : body + length])
        at = body + length + length % 2
    if size is None:
        raise Rejected(Reason.BROKEN)
    if frames > 1:
        raise Rejected(Reason.ANIMATED)
    return Picture(
        Kind.WEBP,
        *size,
        (data,),
        memory=_MEMORY * size[0] * size[1],
        exif=metadata.get(b"EXIF"),
        xmp=metadata.get(b"XMP "),
        orientation=exif.orientation(metadata.get(b"EXIF")),
    )


def _size(name: bytes, data: bytes, at: int) -> tuple[int, int]:
    try:
        if name == b"VP8X":
            wide, high = data[at + 4 : at + 7], data[at + 7 : at + 10]
            return 1 + int.from_bytes(wide, "little"), 1 + int.from_bytes(high, "little")
        if name == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, at + 1)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        width, height = struct.unpack_from("<HH", data, at + 6)
        return width & 0x3FFF, height & 0x3FFF
    except struct.error as error:
        raise Rejected(Reason.BROKEN) from error
