"""When a photo was taken is read from all formats, and from nothing that is no plausible date."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from PIL import Image

from imaging.decoders import Decoders
from imaging.limits import Limits
from tests.support.images import encode
from tests.support.odd_photos import chunk, with_chunks

SEOUL = timezone(timedelta(hours=9))
MOMENT = datetime(2021, 5, 1, 18, 30, 15)


def exif(original: str = "", offset: str = "") -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = "camera"
    camera = made.get_ifd(0x8769)
    if original:
        camera[0x9003] = original
    if offset:
        camera[0x9011] = offset
    return made


def xmp(inside: str) -> bytes:
    return f"<x:xmpmeta><rdf:RDF><rdf:Description {inside}</rdf:RDF></x:xmpmeta>".encode()


def taken(decoders: Decoders, data: bytes) -> datetime | None:
    return decoders.sanitise(data, Limits()).taken


def picture(kind: str = "JPEG", **options: object) -> bytes:
    return encode(Image.new("RGB", (96, 96)), kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
def test_it_is_read_from_every_format(decoders: Decoders, kind: str) -> None:
    stamp = "2021:05:01 18:30:15"
    assert taken(decoders, picture(kind, exif=exif(stamp))) == MOMENT
    aware = taken(decoders, picture(kind, exif=exif(stamp, "+09:00")))
    assert aware == MOMENT.replace(tzinfo=SEOUL)
    assert aware.utcoffset() == timedelta(hours=9)
    assert taken(decoders, picture(kind)) is None


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize(
    "inside",
    [
        'exif:DateTimeOriginal="2021-05-01T18:30:15+09:00"/>',
        "><exif:DateTimeOriginal>2021-05-01T18:30:15+09:00</exif:DateTimeOriginal></rdf:Description>",
        'photoshop:DateCreated="2021-05-01T18:30:15+09:00"/>',
    ],
)
def test_xmp_counts_where_exif_says_nothing(decoders: Decoders, kind: str, inside: str) -> None:
    assert taken(decoders, picture(kind, xmp=xmp(inside))) == MOMENT.replace(tzinfo=SEOUL)


def test_xmp_in_a_png_and_in_utc(decoders: Decoders) -> None:
    body = xmp('exif:DateTimeOriginal="2021-05-01T18:30:15Z"/>')
    png = with_chunks(picture("PNG"), [chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + body)])
    assert taken(decoders, png) == MOMENT.replace(tzinfo=UTC)


def test_exif_counts_before_xmp(decoders: Decoders) -> None:
    other = xmp('exif:DateTimeOriginal="2015-01-01T00:00:00"/>')
    both = picture(exif=exif("2021:05:01 18:30:15"), xmp=other)
    assert taken(decoders, both) == MOMENT


IN_A_WEEK = datetime.now(UTC) + timedelta(days=8)


@pytest.mark.parametrize(
    "stamp",
    [
        "0000:00:00 00:00:00",
        "1970:01:01 00:00:00",
        "1980:01:01 00:00:00",
        "2021:02:30 10:00:00",
        "9999:12:31 23:59:59",
        "    :  :     :  :  ",
        "yesterday",
        pytest.param(f"{IN_A_WEEK:%Y:%m:%d %H:%M:%S}", id="in a week"),
    ],
)
def test_what_is_no_plausible_moment_is_none(decoders: Decoders, stamp: str) -> None:
    assert taken(decoders, picture(exif=exif(stamp))) is None


def test_an_offset_that_is_none_leaves_the_local_time(decoders: Decoders) -> None:
    for offset in ("+99:00", "JST", "   :  "):
        assert taken(decoders, picture(exif=exif("2021:05:01 18:30:15", offset))) == MOMENT


def test_nothing_of_it_is_in_what_is_kept(decoders: Decoders) -> None:
    kept = decoders.sanitise(picture(exif=exif("2021:05:01 18:30:15")), Limits())
    assert b"2021" not in kept.photo + kept.thumb
