"""The boxes of a HEIC or AVIF (ISO/IEC 14496-12 and 23008-12): tiles, sizes, metadata.

Only what must be known before decoding is read: what the primary picture is put together from,
and where EXIF and XMP are.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from imaging.limits import Limits
from imaging.picture import Kind, Picture
from imaging.reasons import Reason, Rejected

# Bytes for each pixel while it is decoded, as measured: planes, RGB, and Pillow's copy of it.
_MEMORY = {Kind.HEIC: 8, Kind.AVIF: 10}
_MOST_METADATA = 1024**2
_MOST_BOXES = 10_000
_XMP = b"application/rdf+xml"
_ALPHA = (b"urn:mpeg:hevc:2015:auxid:1", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")


@dataclass(frozen=True)
class _Box:
    name: bytes
    start: int
    end: int


@dataclass
class _Items:
    """The items of a `meta` box; an item has an id, a type, properties, and may have parts."""

    primary: int = 0
    types: dict[int, bytes] = field(default_factory=dict)
    content: dict[int, bytes] = field(default_factory=dict)
    type_places: dict[int, int] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    has_alpha: bool = False


def read(data: bytes, kind: Kind, limits: Limits) -> Picture:
    """Read the boxes. Raises Rejected for what is damaged, moves or has too many tiles."""
    if data[8:12] == b"avis":
        raise Rejected(Reason.ANIMATED)
    try:
        items = _items(data, limits)
        width, height = items.sizes[items.primary]
    except (struct.error, KeyError, IndexError) as error:
        raise Rejected(Reason.BROKEN) from error
    tiles = _tiles(items, limits)
    decoded = sum(wide * high for wide, high in (items.sizes.get(each, (0, 0)) for each in tiles))
    if decoded > 2 * max(width * height, 1024 * 1024):
        raise Rejected(Reason.TOO_MANY_TILES)
    exif = _content(data, items, b"Exif")
    return Picture(
        kind,
        width,
        height,
        tuple(_without_metadata(data, items)),
        memory=(_MEMORY[kind] + 4 * items.has_alpha) * width * height,
        # The first four bytes say how far the TIFF header is behind them (23008-12, A.2.1).
        exif=exif[4 + int.from_bytes(exif[:4], "big") :] if exif else None,
        xmp=_content(data, items, b"mime"),
    )


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        length, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if length == 0 else start + length
        if length and length < head:
            return
        yield _Box(name, start + head, min(stop, end))
        start = stop
    raise Rejected(Reason.TOO_MANY_CHUNKS)


def _items(data: bytes, limits: Limits) -> _Items:
    items = _Items()
    meta = next((box for box in _boxes(data, 0, len(data)) if box.name == b"meta"), None)
    if meta is None:
        raise Rejected(Reason.BROKEN)
    inside = {box.name: box for box in _boxes(data, meta.start + 4, meta.end)}
    if pitm := inside.get(b"pitm"):
        items.primary = _number(data, pitm.start + 4, 2 if data[pitm.start] == 0 else 4)
    if iinf := inside.get(b"iinf"):
        _read_types(data, iinf, items, limits)
    if iref := inside.get(b"iref"):
        _read_references(data, iref, items, limits)
    if iprp := inside.get(b"iprp"):
        _read_properties(data, iprp, items, limits)
    if iloc := inside.get(b"iloc"):
        _read_places(data, iloc, inside.get(b"idat"), items, limits)
    return items


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise IndexError
    return int.from_bytes(data[at : at + size], "big")


def _read_types(data: bytes, iinf: _Box, items: _Items, limits: Limits) -> None:
    at = iinf.start + (6 if data[iinf.start] == 0 else 8)
    for box in _boxes(data, at, iinf.end):
        version = data[box.start]
        if box.name != b"infe" or version < 2:
            continue
        wide = 2 if version == 2 else 4
        item = _number(data, box.start + 4, wide)
        place = box.start + 4 + wide + 2
        items.types[item] = data[place : place + 4]
        items.type_places[item] = place
        items.content[item] = data[place + 4 : box.end]
    if len(items.types) > limits.chunks:
        raise Rejected(Reason.TOO_MANY_CHUNKS)


def _read_references(data: bytes, iref: _Box, items: _Items, limits: Limits) -> None:
    wide = 2 if data[iref.start] == 0 else 4
    for box in _boxes(data, iref.start + 4, iref.end):
        if box.name != b"dimg":
            continue
        item = _number(data, box.start, wide)
        count = _number(data, box.start + wide, 2)
        if count > limits.tiles:
            raise Rejected(Reason.TOO_MANY_TILES)
        first = box.start + wide + 2
        items.parts[item] = [_number(data, first + wide * each, wide) for each in range(count)]


def _read_properties(data: bytes, iprp: _Box, items: _Items, limits: Limits) -> None:
    inside = list(_boxes(data, iprp.start, iprp.end))
    sizes: dict[int, tuple[int, int]] = {}
    for ipco in (box for box in inside if box.name == b"ipco"):
        for index, box in enumerate(_boxes(data, ipco.start, ipco.end), 1):
            if box.name == b"ispe":
                sizes[index] = (_number(data, box.start + 4, 4), _number(data, box.start + 8, 4))
            elif box.name == b"auxC":  # not the depth and gain maps of phones
                items.has_alpha |= data[box.start + 4 : box.end].split(b"\0")[0] in _ALPHA
    for ipma in (box for box in inside if box.name == b"ipma"):
        version, flags = data[ipma.start], data[ipma.start + 3]
        at = ipma.start + 8
        for _ in range(min(_number(data, ipma.start + 4, 4), limits.chunks)):
            item = _number(data, at, 2 if version < 1 else 4)
            at += 2 if version < 1 else 4
            count, at = data[at], at + 1
            for _ in range(count):
                index = _number(data, at, 2) & 0x7FFF if flags & 1 else data[at] & 0x7F
                at += 2 if flags & 1 else 1
                if index in sizes:
                    items.sizes.setdefault(item, sizes[index])


def _read_places(data: bytes, iloc: _Box, idat: _Box | None, items: _Items, limits: Limits) -> None:
    """Where items lie: only those of metadata, which are in the file itself or in `idat`."""
    version, at = data[iloc.start], iloc.start + 4
    offset_size, length_size = data[at] >> 4, data[at] & 15
    base_size, index_size = data[at + 1] >> 4, data[at + 1] & 15 if version else 0
    wide = 2 if version < 2 else 4
    count, at = _number(data, at + 2, wide), at + 2 + wide
    for _ in range(min(count, limits.chunks)):
        item, at = _number(data, at, wide), at + wide
        method = 0
        if version:
            method, at = _number(data, at, 2) & 15, at + 2
        base, at = _number(data, at + 2, base_size), at + 2 + base_size
        extents, at = _number(data, at, 2), at + 2
        if extents > limits.chunks:
            raise Rejected(Reason.TOO_MANY_CHUNKS)
        start = base + (idat.start if method == 1 and idat else 0)
        for _ in range(extents):
            at += index_size
            offset, at = _number(data, at, offset_size), at + offset_size
            length, at = _number(data, at, length_size), at + length_size
            if items.types.get(item) in (b"Exif", b"mime"):
                items.extents.setdefault(item, []).append((start + offset, length))


def _tiles(items: _Items, limits: Limits) -> list[int]:
    """All items that the primary one is put together from, through all levels."""
    found: list[int] = []
    waiting = [items.primary]
    while waiting:
        parts = items.parts.get(waiting.pop(), [])
        found += parts
        waiting += parts
        if len(found) > limits.tiles:
            raise Rejected(Reason.TOO_MANY_TILES)
    return found


def _content(data: bytes, items: _Items, name: bytes) -> bytes | None:
    for item, kind in items.types.items():
        if kind == name and (name != b"mime" or _XMP in items.content[item]):
            extents = items.extents.get(item, [])
            if sum(length for _, length in extents) > _MOST_METADATA:
                return None
            return b"".join(data[start : start + length] for start, length in extents) or None
    return None


def _without_metadata(data: bytes, items: _Items) -> Iterator[bytes | memoryview]:
    """The same file, but its EXIF and XMP are items of a type that no decoder reads."""
    at = 0
    for item, place in sorted(items.type_places.items(), key=lambda each: each[1]):
        if items.types[item] in (b"Exif", b"mime"):
            yield memoryview(data)[at:place]
            yield b"free"
            at = place + 4
    yield memoryview(data)[at:]
