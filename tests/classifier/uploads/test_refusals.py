"""What is refused: a status, a reason code and a sentence, and nothing left behind."""

import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from classifier.models import Batch, Outfit, Usage
from classifier.storage import objects
from tests.support.images import draw_outfit, encode, outfit_jpeg
from tests.support.odd_photos import chunk, png_of, scan_bomb, with_chunks

Upload = Callable[..., HttpResponse]

SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


def pixel_bomb() -> bytes:
    """68 megapixels of nothing in a few kilobytes."""
    return encode(Image.new("1", (8500, 8000)), "PNG")


def giant_bomb() -> bytes:
    """A header that promises 900 megapixels: beyond what Pillow itself opens."""
    png = bytearray(encode(Image.new("1", (100, 100)), "PNG"))
    png[16:24] = (30_000).to_bytes(4, "big") * 2
    png[29:33] = zlib.crc32(png[12:29]).to_bytes(4, "big")
    return bytes(png)


def animation(kind: str) -> bytes:
    frames = [draw_outfit(seed, (100, 100)) for seed in range(3)]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:])


CASES: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "no image": (lambda: b"just text " * 100, 415, "not_an_image"),
    "html": (lambda: b"<!doctype html><script>alert(1)</script>", 415, "not_an_image"),
    "empty": (lambda: b"", 422, "empty"),
    "truncated jpeg": (lambda: outfit_jpeg()[:-4000], 422, "broken"),
    "jpeg header only": (lambda: outfit_jpeg()[:300], 422, "broken"),
    "truncated png": (lambda: encode(draw_outfit(), "PNG")[:-2000], 422, "broken"),
    "truncated webp": (lambda: encode(draw_outfit(), "WEBP")[:1000], 422, "broken"),
    "truncated heic": (lambda: encode(draw_outfit(), "HEIF")[:1000], 422, "broken"),
    "31 MiB": (lambda: outfit_jpeg() + b"\0" * 31 * 1024**2, 413, "too_large"),
    "68 megapixels": (pixel_bomb, 422, "too_many_pixels"),
    "900 megapixels": (giant_bomb, 422, "too_many_pixels"),
    "too small": (lambda: outfit_jpeg(size=(63, 400)), 422, "too_small"),
    "62 megapixels with alpha": (
        lambda: png_of((7900, 7900), 8, 6, bytes(4 * 7900)),
        422,
        "too_many_pixels_for_format",
    ),
    "scans": (lambda: scan_bomb(Image.new("RGB", (640, 480)), 3_000), 422, "too_many_scans"),
    "chunks": (
        lambda: with_chunks(encode(draw_outfit(), "PNG"), [chunk(b"tEXt", b"")] * 30_000),
        422,
        "too_many_chunks",
    ),
    "tiles": (
        lambda: encode(Image.new("RGB", (1664, 1664)), "HEIF", quality=1, tile_size=64),
        422,
        "too_many_tiles",
    ),
    "gif": (lambda: encode(draw_outfit(), "GIF"), 415, "format_gif"),
    "animated gif": (lambda: animation("GIF"), 415, "format_gif"),
    "bmp": (lambda: encode(draw_outfit(), "BMP"), 415, "format_bmp"),
    "tiff": (lambda: encode(draw_outfit(), "TIFF"), 415, "format_tiff"),
    "jpeg xl": (lambda: b"\xff\x0a" + bytes(200), 415, "format_jpeg_xl"),
    "jpeg xl in boxes": (lambda: b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), 415, "format_jpeg_xl"),
    "svg": (lambda: SVG, 415, "format_not_accepted"),
    "animated webp": (lambda: animation("WEBP"), 422, "animated"),
    "animated png": (lambda: animation("PNG"), 422, "animated"),
    "animated avif": (lambda: animation("AVIF"), 422, "animated"),
}


@pytest.mark.parametrize("case", CASES)
def test_is_refused_with_reason_and_sentence(upload: Upload, case: str) -> None:
    make, status, reason = CASES[case]
    answer = upload(make(), name="mine.jpg")
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'data-reason="{reason}"' in page
    assert "mine.jpg" in page
    assert not Outfit.objects.exists()
    assert not list(objects.listing(objects.OUTFITS))


@pytest.mark.parametrize(
    ("kind", "name"), [("GIF", "GIFs"), ("BMP", "BMP images"), ("TIFF", "TIFF and raw images")]
)
def test_the_sentence_says_what_the_picture_is(upload: Upload, kind: str, name: str) -> None:
    assert f"{name} aren’t supported" in upload(encode(draw_outfit(), kind)).content.decode()


def test_a_photo_that_takes_a_decoder_too_long_is_refused_and_the_next_is_accepted(
    upload: Upload, settings: Any
) -> None:
    settings.FASI_DECODER_S = 0  # the decoder is killed as soon as it begins
    answer = upload(outfit_jpeg(1))
    assert answer.status_code == 422
    assert 'data-reason="decoding_too_long"' in answer.content.decode()
    assert not Outfit.objects.exists()
    settings.FASI_DECODER_S = 15
    assert upload(outfit_jpeg(1)).status_code == 302


def test_no_file_is_refused(as_owner: Client) -> None:
    answer = as_owner.post("/outfits/", {})
    assert answer.status_code == 422
    assert 'data-reason="no_file"' in answer.content.decode()


def test_what_is_too_large_is_not_kept_while_it_streams_in(upload: Upload, settings: Any) -> None:
    settings.FASI_MAX_UPLOAD_BYTES = 100_000
    answer = upload(b"\0" * 5_000_000, outfit_jpeg())
    assert answer.status_code == 302  # its neighbour is accepted
    assert Outfit.objects.count() == 1


def test_a_rate_is_limited_per_user(upload: Upload, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_MINUTE = 2
    assert [upload(outfit_jpeg(seed)).status_code for seed in range(3)] == [302, 302, 429]


def test_a_rate_is_limited_per_address(upload: Upload, as_stranger: Client, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_MINUTE_ADDRESS = 1
    from io import BytesIO

    assert upload(outfit_jpeg()).status_code == 302
    other = as_stranger.post("/outfits/", {"photo": BytesIO(outfit_jpeg())})
    assert other.status_code == 429
    assert 'data-reason="too_many_requests"' in other.content.decode()


def test_a_day_has_a_quota(upload: Upload, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = 1
    upload(outfit_jpeg(1))
    answer = upload(outfit_jpeg(2))
    assert answer.status_code == 429
    assert 'data-reason="daily_quota"' in answer.content.decode()


def test_stored_bytes_have_a_quota(upload: Upload, settings: Any) -> None:
    settings.FASI_STORED_BYTES = 1
    upload(outfit_jpeg(1))
    answer = upload(outfit_jpeg(2))
    assert answer.status_code == 429
    assert 'data-reason="storage_quota"' in answer.content.decode()


def test_too_many_files_are_refused_in_a_sentence(
    upload: Upload, as_owner: Client, settings: Any
) -> None:
    settings.FASI_MAX_FILES_PER_REQUEST = 2
    answer = upload(*map(outfit_jpeg, range(3)))
    assert answer.status_code == 413
    assert 'data-reason="too_many_files"' in answer.content.decode()
    assert "up to 2 files" in answer.content.decode()
    assert b"Up to 2 files." in as_owner.get("/batches/").content
    photos = [SimpleUploadedFile(f"{n}.jpg", outfit_jpeg(n)) for n in range(3)]
    batch = as_owner.post("/batches/", {"name": "mine", "photo": photos})
    assert batch.status_code == 413
    assert 'data-reason="too_many_files"' in batch.content.decode()
    assert not Outfit.objects.exists()
    assert not Batch.objects.exists()


def test_the_ledger_follows_what_is_stored_and_deleted(
    upload: Upload, as_owner: Client, owner: User
) -> None:
    upload(outfit_jpeg(1), outfit_jpeg(2))
    stored = sum(Outfit.objects.values_list("stored_bytes", flat=True))
    assert Usage.objects.get(owner=owner).stored_bytes == stored
    assert Usage.objects.get(owner=owner).uploads == 2
    Outfit.objects.all().delete()
    assert Usage.objects.get(owner=owner).stored_bytes == 0
