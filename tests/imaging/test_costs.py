"""What decoding a file would cost is known, and bounded, before anything of it is decoded."""

import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from imaging.decoders import Decoders
from imaging.inspection import inspect
from imaging.limits import MEBIBYTE, Limits
from imaging.photo import sanitise
from imaging.reasons import Rejected
from tests.support.images import draw_outfit, encode
from tests.support.odd_photos import chunk, png_of, scan_bomb, segment, with_chunks

LIMITS = Limits()


def claiming(size: tuple[int, int]) -> Callable[[], bytes]:
    """A small JPEG whose header promises a size."""

    def make() -> bytes:
        jpeg = bytearray(encode(draw_outfit(size=(96, 96))))
        at = jpeg.index(b"\xff\xc0") + 5
        jpeg[at : at + 4] = struct.pack(">HH", size[1], size[0])
        return bytes(jpeg)

    return make


def heic_of_many_tiles() -> bytes:
    return encode(Image.new("RGB", (64 * 26, 64 * 26)), "HEIF", quality=1, tile_size=64)


COSTLY: dict[str, tuple[Callable[[], bytes], str]] = {
    "more than 64 megapixels": (claiming((9000, 9000)), "too_many_pixels"),
    "scans": (lambda: scan_bomb(Image.new("RGB", (640, 480)), 41), "too_many_scans"),
    "scans of many pixels": (
        lambda: scan_bomb(Image.new("RGB", (7000, 6000)), 30),
        "too_many_scans",
    ),
    "segments": (
        lambda: segment(encode(draw_outfit()), 0xE5, b"")[:6] * 20_001,
        "too_many_chunks",
    ),
    "chunks": (
        lambda: with_chunks(encode(draw_outfit(), "PNG"), [chunk(b"tEXt", b"")] * 20_001),
        "too_many_chunks",
    ),
    "pixel chunks": (
        lambda: with_chunks(encode(draw_outfit(), "PNG"), [chunk(b"IDAT", b"")] * 20_001),
        "too_many_chunks",
    ),
    "a PNG that takes a gigabyte": (
        lambda: png_of((8000, 7900), 16, 6, bytes(8)),
        "too_many_pixels_for_format",
    ),
    "a WebP that takes a gigabyte": (
        lambda: encode(Image.new("RGB", (8000, 7900)), "WEBP", lossless=True, method=0, quality=0),
        "too_many_pixels_for_format",
    ),
    "tiles": (heic_of_many_tiles, "too_many_tiles"),
}


@pytest.mark.parametrize("name", COSTLY)
def test_what_costs_too_much_is_refused_before_it_is_decoded(name: str) -> None:
    make, reason = COSTLY[name]
    data = make()
    before = time.process_time()
    with pytest.raises(Rejected) as rejected:
        inspect(data, LIMITS)
    assert rejected.value.reason == reason
    assert time.process_time() - before < 0.5


def test_pixels_behind_a_pngs_last_row_are_not_unpacked() -> None:
    bomb = png_of((80, 80), 8, 2, bytes(240), tail=bytes(300 * MEBIBYTE))
    before = time.process_time()
    assert sanitise(bomb, LIMITS, lambda memory: None).width == 80
    assert time.process_time() - before < 0.3


@pytest.mark.parametrize(
    ("size", "options", "megabytes"),
    [
        ((8064, 6048), {}, 32),
        ((8064, 6048), {"progressive": True}, 180),
        ((4032, 3024), {}, 32),
    ],
    ids=["48 megapixels", "48 megapixels, progressive", "12 megapixels"],
)
def test_the_memory_of_a_jpeg_follows_the_size_it_is_decoded_at(
    size: tuple[int, int], options: dict[str, Any], megabytes: int
) -> None:
    picture = inspect(encode(Image.new("RGB", size), **options), LIMITS)
    shrink = 4 if size[0] > 6400 else 2
    assert picture.memory + picture.scaled_memory // shrink**2 <= megabytes * 1_000_000


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_sixty_megapixels_are_read_within_the_memory(decoders: Decoders, kind: str) -> None:
    options: dict[str, Any] = {"JPEG": {"quality": 30}, "PNG": {"compress_level": 1}}[kind]
    photo = decoders.sanitise(encode(Image.new("RGB", (9000, 6700)), kind, **options), LIMITS)
    assert (photo.width, photo.height) == (1600, 1191)


@pytest.mark.parametrize(
    ("kind", "size", "options"),
    [
        ("HEIF", (2048, 1536), {"quality": 10, "tile_size": 512}),
        ("AVIF", (5712, 4284), {"quality": 10, "speed": 10}),
        ("WEBP", (5712, 4284), {"quality": 10, "method": 0}),
    ],
    ids=["HEIC in tiles", "AVIF of 24 megapixels", "WebP of 24 megapixels"],
)
def test_what_phones_make_is_read(
    decoders: Decoders, kind: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    photo = decoders.sanitise(encode(Image.new("RGB", size), kind, **options), LIMITS)
    assert (photo.width, photo.height) == (1600, 1200)
