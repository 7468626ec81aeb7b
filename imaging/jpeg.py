"""The segments of a JPEG (ITU T.81, annex B): what it costs, what it carries, what is decoded."""

import re
import struct
from dataclasses import dataclass, field

from imaging import exif
from imaging.limits import Limits
from imaging.picture import Kind, Picture
from imaging.reasons import Reason, Rejected

SIGNATURE = b"\xff\xd8\xff"
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
# In the coded data 0xFF is followed by 0, a restart marker or another 0xFF.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ANY_MARKER = re.compile(rb"\xff[^\x00\xff]")
_MOST_PROFILE = 4 * 1024**2


@dataclass
class _Found:
    kept: list[bytes | memoryview] = field(default_factory=list)
    frame: memoryview | None = None
    progressive: bool = False
    scans: int = 0
    first_scan_components: int = 0
    exif: bytes | None = None
    xmp: bytes | None = None
    profile: dict[int, bytes] = field(default_factory=dict)


def read(data: bytes, limits: Limits) -> Picture:
    """Walk over all segments. Raises Rejected for what is no whole JPEG or has too many scans."""
    found = _Found()
    end = _walk(data, limits, found)
    if found.frame is None or not found.scans:
        raise Rejected(Reason.BROKEN)
    height, width, components = struct.unpack_from(">HHB", found.frame, 1)
    samples = _samples(found.frame, components)
    scanned = found.scans * width * height
    # With several scans all coefficients, two bytes each, are kept until the last one is read.
    whole = found.progressive or found.first_scan_components < components
    if whole and scanned > limits.scanned_pixels:
        raise Rejected(Reason.TOO_MANY_SCANS)
    return Picture(
        Kind.JPEG,
        width,
        height,
        (b"\xff\xd8", *found.kept, memoryview(data)[end[0] : end[1]]),
        memory=int(2 * samples * width * height) if whole else 0,
        scaled_memory=6 * width * height,
        profile=_joined(found.profile),
        exif=found.exif,
        xmp=found.xmp,
        orientation=exif.orientation(found.exif),
    )


def _walk(data: bytes, limits: Limits, found: _Found) -> tuple[int, int]:
    """Where the first scan begins and the last one ends."""
    at, first, segments = 2, 0, 0
    while match := (_MARKER if first else _ANY_MARKER).search(data, at):
        marker, at = data[match.start() + 1], match.end()
        if marker == _EOI:
            return first, at
        if marker in _STANDALONE or marker == _SOI:
            continue
        segments += 1
        if segments > limits.chunks:
            raise Rejected(Reason.TOO_MANY_CHUNKS)
        if at + 2 > len(data):
            break
        length = int.from_bytes(data[at : at + 2], "big")
        body = memoryview(data)[at + 2 : at + length]
        if length < 2 or at + length > len(data):
            break
        if marker == _SOS:
            first = first or match.start()
            found.scans += 1
            if found.scans > limits.scans:
                raise Rejected(Reason.TOO_MANY_SCANS)
            if found.scans == 1 and body:
                found.first_scan_components = body[0]
        elif not first:
            _take(marker, body, memoryview(data)[match.start() : at + length], found)
        at += length
    return first or len(data), len(data)


def _take(marker: int, body: memoryview, segment: memoryview, found: _Found) -> None:
    """Keep what pixels depend on, and note the metadata."""
    if marker in _FRAMES and len(body) >= 6:
        found.frame, found.progressive = body, marker in _PROGRESSIVE
    elif marker == _APP1 and bytes(body[:5]) == b"Exif\0":
        found.exif = found.exif or bytes(body)
    elif marker == _APP1 and bytes(body[:29]) == b"http://ns.adobe.com/xap/1.0/\0":
        found.xmp = found.xmp or bytes(body[29:])
    elif marker == _APP2 and bytes(body[:12]) == b"ICC_PROFILE\0" and len(body) > 14:
        found.profile.setdefault(body[12], bytes(body[14:]))
    # JFIF and Adobe say how the components are to be understood.
    jfif = marker == _APP0 and bytes(body[:5]) == b"JFIF\0" and len(body) >= 14
    adobe = marker == _APP14 and bytes(body[:5]) == b"Adobe" and len(body) >= 12
    if jfif or adobe or not (_APP0 <= marker <= _APP15 or marker == _COM):
        found.kept.append(segment)


def _samples(frame: memoryview, components: int) -> float:
    """Samples for each pixel, which subsampling lessens: 1.5 for 4:2:0, 3 for 4:4:4."""
    factors = [frame[7 + 3 * each] for each in range(components) if 8 + 3 * each <= len(frame)]
    across, down = [each >> 4 for each in factors], [each & 15 for each in factors]
    if not factors or not all(across) or not all(down):
        raise Rejected(Reason.BROKEN)
    whole = max(across) * max(down)
    return sum(h * v for h, v in zip(across, down, strict=True)) / whole


def _joined(profile: dict[int, bytes]) -> bytes | None:
    """The profile from its numbered pieces (ICC.1:2022, B.4), where they are all there."""
    if not profile or sorted(profile) != list(range(1, len(profile) + 1)):
        return None
    whole = b"".join(profile[number] for number in sorted(profile))
    return whole if len(whole) <= _MOST_PROFILE else None
