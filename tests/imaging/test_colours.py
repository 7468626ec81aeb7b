"""Pixels come out in the colours that the file means, whatever way it says them."""

import struct
from collections.abc import Callable
from io import BytesIO
from itertools import product

import pytest
import pyvips
from PIL import Image

from tests.imaging.conftest import Read
from tests.support.images import draw_outfit, encode
from tests.support.odd_photos import PROPHOTO, SRGB, chunk, png_of, profile

GIVEN = (120, 90, 60)
WIDE = profile(PROPHOTO, 1.8, "ProPhoto RGB")
LINEAR = profile(SRGB, 1.0, "GIMP built-in Linear sRGB")
LIKE_SRGB = profile(SRGB, 2.2, "sRGB IEC61966-2.1")


def flat(mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", (80, 80), GIVEN)
    return image.quantize(4) if mode == "P" else image.convert(mode)


def assert_colour(photo: Image.Image, colour: tuple[int, int, int], tolerance: int = 3) -> None:
    pixel = photo.getpixel((40, 40))
    assert photo.mode == "RGB"
    assert isinstance(pixel, tuple)
    assert all(abs(is_ - was) <= tolerance for is_, was in zip(pixel, colour, strict=True)), pixel


@pytest.mark.parametrize(
    ("embedded", "shown"),
    [(WIDE, (168, 101, 69)), (LINEAR, (183, 160, 133))],
    ids=["wide", "linear"],
)
@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("P", "PNG"),
        ("RGB", "JPEG"),
        ("RGB", "WEBP"),
        ("RGBA", "WEBP"),
        ("RGB", "HEIF"),
        ("RGB", "AVIF"),
        ("RGBA", "AVIF"),
    ],
)
def test_a_profile_is_applied_in_every_mode(
    read: Read, mode: str, kind: str, embedded: bytes, shown: tuple[int, int, int]
) -> None:
    lossless = {"lossless": True} if kind == "WEBP" else {}
    assert_colour(read(encode(flat(mode), kind, icc_profile=embedded, **lossless)), shown, 5)


def test_a_grey_profile_is_applied_with_and_without_alpha(read: Read) -> None:
    linear = profile((), 1.0)
    for image in (Image.new("L", (80, 80), 120), Image.new("LA", (80, 80), (120, 255))):
        assert_colour(read(encode(image, "PNG", icc_profile=linear)), (182, 182, 182))


def test_a_profile_for_other_colours_than_the_files_is_left_out(read: Read) -> None:
    assert_colour(read(encode(flat(), "PNG", icc_profile=profile((), 1.0))), GIVEN)
    grey = Image.new("L", (80, 80), 120)
    assert_colour(read(encode(grey, "PNG", icc_profile=WIDE)), (120, 120, 120))


def test_srgb_stays_as_it_is(read: Read) -> None:
    assert_colour(read(encode(flat(), "PNG", icc_profile=LIKE_SRGB)), GIVEN, 4)


def grey16(value: int, transparent: int | None = None) -> bytes:
    more = [] if transparent is None else [chunk(b"tRNS", struct.pack(">H", transparent))]
    return png_of((80, 80), 16, 0, struct.pack(">H", value) * 80, *more)


def rgb16(transparent: tuple[int, int, int] | None = None) -> bytes:
    pixel = struct.pack(">HHH", *(value * 257 for value in GIVEN))
    more = [] if transparent is None else [chunk(b"tRNS", struct.pack(">HHH", *transparent))]
    return png_of((80, 80), 16, 2, pixel * 80, *more)


WHITE = (255, 255, 255)
MODES: dict[str, tuple[Callable[[], bytes], tuple[int, int, int]]] = {
    "grey of 16 bits": (lambda: grey16(40_000), (156, 156, 156)),
    "grey of 16 bits, this one transparent": (lambda: grey16(40_000, 40_000), WHITE),
    "grey of 16 bits, its neighbour transparent": (lambda: grey16(40_000, 40_001), (156, 156, 156)),
    "RGB of 16 bits": (rgb16, GIVEN),
    "RGB of 16 bits, another colour transparent": (lambda: rgb16((1, 2, 3)), GIVEN),
    "grey, this one transparent": (
        lambda: encode(Image.new("L", (80, 80), 40), "PNG", transparency=40),
        WHITE,
    ),
    "RGB, this one transparent": (lambda: encode(flat(), "PNG", transparency=GIVEN), WHITE),
    "black and white": (lambda: encode(Image.new("1", (80, 80), 1), "PNG"), WHITE),
    "two bits of grey": (lambda: png_of((80, 80), 2, 0, b"\xaa" * 20), (170, 170, 170)),
    "palette": (lambda: encode(flat("P"), "PNG"), GIVEN),
    "CMYK": (lambda: encode(flat("CMYK"), "JPEG"), GIVEN),
    "grey JPEG": (lambda: encode(Image.new("L", (80, 80), 90), "JPEG"), (90, 90, 90)),
    "half transparent": (
        lambda: encode(Image.new("RGBA", (80, 80), (0, 0, 0, 128)), "PNG"),
        (127, 127, 127),
    ),
    "half transparent WebP": (
        lambda: encode(Image.new("RGBA", (80, 80), (0, 0, 0, 128)), "WEBP", lossless=True),
        (127, 127, 127),
    ),
}


@pytest.mark.parametrize("name", MODES)
def test_every_mode_keeps_its_colour(read: Read, name: str) -> None:
    make, colour = MODES[name]
    assert_colour(read(make()), colour, 4)


def by_libvips(data: bytes) -> Image.Image:
    """The same file as another decoder sees it: upright, on white, in sRGB."""
    image = pyvips.Image.new_from_buffer(data, "").autorot()
    if image.get_typeof("icc-profile-data"):
        image = image.icc_transform("srgb", embedded=True, intent="perceptual")
    if image.hasalpha():
        image = image.flatten(background=255)
    return Image.open(BytesIO(image.colourspace("srgb").cast("uchar").write_to_buffer(".png")))


OPTIONS = {"JPEG": {"quality": 92}, "AVIF": {"quality": 80}, "WEBP": {"quality": 90}}


@pytest.mark.parametrize(
    ("kind", "variant"),
    [
        *product(("JPEG", "PNG", "WEBP", "AVIF"), ("plain", "wide", "turned")),
        *product(("PNG", "WEBP", "AVIF"), ("alpha",)),
        ("JPEG", "progressive"),
    ],
)
def test_another_decoder_sees_the_same(read: Read, kind: str, variant: str) -> None:
    image = draw_outfit(3, (300, 420))
    options: dict[str, object] = dict(OPTIONS.get(kind, {}))
    if variant == "wide":
        options["icc_profile"] = WIDE
    elif variant == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6
        options["exif"] = exif
    elif variant == "alpha":
        image = image.convert("RGBA")
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    elif variant == "progressive":
        options["progressive"] = True
    data = encode(image, kind, **options)
    ours, theirs = read(data), by_libvips(data).convert("RGB")
    assert ours.size == theirs.size
    differences = [abs(a - b) for a, b in zip(ours.tobytes(), theirs.tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 2.5
