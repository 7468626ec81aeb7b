"""What is wrong beside the pixels is dropped: it refuses no picture that browsers show."""

import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from tests.imaging.conftest import Read
from tests.support.images import encode
from tests.support.odd_photos import chunk, segment, with_chunks

MIB = 1024**2
COLOUR = (200, 120, 40)
GARBAGE = b"Exif\0\0" + bytes(range(256)) * 4


def plain(kind: str = "PNG", **options: object) -> bytes:
    return encode(Image.new("RGB", (96, 128), COLOUR), kind, **options)


def jpeg_with_dpi_and(body: bytes) -> bytes:
    jfif = b"JFIF\0\1\2\1" + struct.pack(">HH", 300, 300) + b"\0\0"
    return segment(segment(plain("JPEG", quality=95), 0xE1, body), 0xE0, jfif)


def png_with(name: bytes, body: bytes, *, checksum: int | None = None) -> bytes:
    return with_chunks(plain(), [chunk(name, body, checksum=checksum)])


def bomb(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


def endless_directory() -> bytes:
    """TIFF whose directories point at themselves, with entries that lie about their size."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x0112, 3, 2**32 - 1, 8)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 65_535) + entry * 200


def turn(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def avif_with_garbage() -> bytes:
    """Pillow writes no EXIF that it cannot read, so what it wrote is overwritten."""
    exif = Image.Exif()
    exif[0x010F] = "camera"
    avif = plain("AVIF", quality=90, exif=exif)
    at = avif.index(b"MM\0*")
    return avif[: at + 4] + bytes(range(9, 17)) + avif[at + 12 :]


PICTURES: dict[str, Callable[[], bytes]] = {
    "jpeg, garbage EXIF": lambda: jpeg_with_dpi_and(GARBAGE),
    "jpeg, empty EXIF": lambda: jpeg_with_dpi_and(b"Exif\0\0"),
    "jpeg, EXIF that goes in circles": lambda: jpeg_with_dpi_and(endless_directory()),
    "jpeg, EXIF cut off": lambda: jpeg_with_dpi_and(b"Exif\0\0MM\0*\0\0"),
    "jpeg, profile with a piece missing": lambda: segment(
        plain("JPEG"), 0xE2, b"ICC_PROFILE\0\2\2" + bytes(100)
    ),
    "jpeg, garbage of several pictures": lambda: segment(plain("JPEG"), 0xE2, b"MPF\0" + GARBAGE),
    "jpeg, garbage of Photoshop": lambda: segment(
        plain("JPEG"), 0xED, b"Photoshop 3.0\0" + GARBAGE
    ),
    "png, garbage EXIF": lambda: png_with(b"eXIf", GARBAGE),
    "png, empty EXIF": lambda: png_with(b"eXIf", b""),
    "png, profile of 40 MB": lambda: png_with(b"iCCP", b"big\0\0" + bomb(40 * MIB)),
    "png, profile that is none": lambda: png_with(b"iCCP", b"bad\0\0" + bomb(500)),
    "png, profile cut off": lambda: png_with(b"iCCP", b"bad\0\0" + bomb(MIB)[:50]),
    "png, text of 200 MB": lambda: png_with(b"zTXt", b"comment\0\0" + bomb(200 * MIB)),
    "png, XMP of 200 MB": lambda: png_with(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb(200 * MIB)
    ),
    "png, 3 MB of plain text": lambda: png_with(b"tEXt", b"comment\0" + b"x" * 3 * MIB),
    **{
        f"png, wrong checksum of {name.decode()}": (
            lambda name=name: png_with(name, bytes(9), checksum=1)  # type: ignore[misc]
        )
        for name in (b"iCCP", b"tEXt", b"pHYs", b"eXIf", b"tIME", b"gAMA", b"prVt")
    },
    "webp, garbage EXIF": lambda: plain("WEBP", lossless=True, exif=GARBAGE),
    "webp, garbage XMP": lambda: plain("WEBP", lossless=True, xmp=GARBAGE),
    "webp, profile that is none": lambda: plain("WEBP", lossless=True, icc_profile=GARBAGE),
    "heic, garbage EXIF": lambda: plain("HEIF", quality=90, exif=GARBAGE),
    "heic, empty EXIF": lambda: plain("HEIF", quality=90, exif=b"Exif\0\0"),
    "avif, garbage EXIF": avif_with_garbage,
}


@pytest.mark.parametrize("name", PICTURES)
def test_broken_metadata_is_dropped(read: Read, name: str) -> None:
    photo = read(PICTURES[name]())
    assert photo.size == (96, 128)
    pixel = photo.getpixel((48, 64))
    assert isinstance(pixel, tuple)
    assert all(abs(is_ - was) <= 8 for is_, was in zip(pixel, COLOUR, strict=True))


def test_an_orientation_in_xmp_only_is_not_applied(read: Read) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    assert read(plain("JPEG", xmp=xmp)).size == (96, 128)
    packed = b"XML:com.adobe.xmp\0\0\0\0\0" + xmp
    assert read(png_with(b"iTXt", packed)).size == (96, 128)
    assert read(plain("WEBP", xmp=xmp)).size == (96, 128)


def turned_heic(image: Image.Image, orientation: int) -> bytes:
    """A HEIC that is turned as phones do it: by a property of the picture, not by its EXIF."""
    heic = encode(image, "HEIF", quality=90, exif=turn(orientation))
    at = heic.index(b"colrnclx")
    turns = {1: 0, 3: 2, 6: 3, 8: 1}[orientation]  # quarters, against the clock
    return heic[:at] + b"irot" + bytes([turns]) + bytes(10) + heic[at + 15 :]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_orientation_is_applied_once(read: Read, kind: str, orientation: int) -> None:
    image = Image.new("RGB", (128, 96), "white")
    image.paste((200, 0, 0), (0, 0, 64, 48))  # red in the upper left quarter
    if kind == "HEIF":
        photo = read(turned_heic(image, orientation))
    else:
        photo = read(encode(image, kind, exif=turn(orientation)))
    assert photo.size == ((96, 128) if orientation > 4 else (128, 96))
    turns = {1: (32, 24), 3: (96, 72), 6: (72, 32), 8: (24, 96)}
    assert _red(photo) == [turns[orientation]]


def _red(photo: Image.Image) -> list[tuple[int, int]]:
    width, height = photo.size
    corners = [(x * width // 4, y * height // 4) for x in (1, 3) for y in (1, 3)]
    pixels = {corner: photo.getpixel(corner) for corner in corners}
    return [at for at, pixel in pixels.items() if isinstance(pixel, tuple) and pixel[1] < 80]
