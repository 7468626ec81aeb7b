"""What is accepted, and what S3 then holds. All of it over HTTP."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.http import HttpResponse
from django.test import Client
from PIL import Image, ImageCms

from classifier.models import Outfit
from classifier.storage import objects
from tests.support.images import draw_outfit, encode, outfit_jpeg

Upload = Callable[..., HttpResponse]


def stored(key: str) -> Image.Image:
    image = Image.open(BytesIO(objects.get(key)))
    image.load()
    return image


def only_photo() -> Image.Image:
    return stored(Outfit.objects.get().photo_key)


def close(pixel: object, colour: tuple[int, int, int], tolerance: int = 24) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))


def test_one_photo_redirects_to_its_outfit(upload: Upload) -> None:
    answer = upload(outfit_jpeg())
    outfit = Outfit.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/outfits/{outfit.pk}/"
    assert (outfit.status, outfit.attempts, outfit.original_name) == ("queued", 0, "photo.jpg")


def test_several_photos_go_to_the_history(upload: Upload) -> None:
    answer = upload(outfit_jpeg(1), outfit_jpeg(2), b"no photo")
    assert answer["Location"] == "/outfits/"
    assert Outfit.objects.count() == 2


def test_a_photo_of_several_that_is_refused_is_named(upload: Upload, as_owner: Client) -> None:
    upload(outfit_jpeg(1), b"no photo", name="mine.jpg")
    page = as_owner.get("/outfits/").content.decode()
    assert "mine.jpg: We can’t read this file" in page
    assert "1 photo uploaded." in page


def test_two_objects_are_stored_under_keys_of_uuids(upload: Upload) -> None:
    upload(encode(draw_outfit(size=(2000, 3000))), name="../../IMG_1.jpg")
    outfit = Outfit.objects.get()
    assert re.fullmatch(r"outfits/[0-9a-f-]{36}/photo\.jpg", outfit.photo_key)
    photo, thumb = stored(outfit.photo_key), stored(outfit.thumb_key)
    assert (max(photo.size), max(thumb.size)) == (1600, 320)
    assert photo.size == (outfit.width, outfit.height)
    assert outfit.stored_bytes == sum(
        len(objects.get(key)) for key in (outfit.photo_key, outfit.thumb_key)
    )


def test_a_small_photo_is_not_enlarged(upload: Upload) -> None:
    upload(outfit_jpeg(size=(64, 90)))
    assert only_photo().size == (64, 90)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF", "AVIF", "MPO"])
def test_the_other_formats_are_accepted(upload: Upload, kind: str) -> None:
    options = {"save_all": True, "append_images": [draw_outfit(1)]} if kind == "MPO" else {}
    upload(encode(draw_outfit(), kind, **options))
    assert only_photo().format == "JPEG"
    assert only_photo().size == (480, 720)


def test_cmyk_becomes_rgb_in_the_same_colours(upload: Upload) -> None:
    red = Image.new("RGB", (100, 100), (200, 30, 40))
    upload(encode(red.convert("CMYK")))
    assert only_photo().mode == "RGB"
    assert close(only_photo().getpixel((50, 50)), (200, 30, 40))


def test_sixteen_bits_of_grey_keep_their_tones(upload: Upload) -> None:
    grey = Image.new("I;16", (100, 100), 40_000)
    upload(encode(grey, "PNG"))
    assert close(only_photo().getpixel((50, 50)), (156, 156, 156), tolerance=4)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_what_is_transparent_lies_on_white(upload: Upload, mode: str) -> None:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((10, 10, 10, 255), (50, 0, 100, 100))
    upload(encode(image.convert(mode), "PNG"))
    assert close(only_photo().getpixel((20, 50)), (255, 255, 255))
    assert close(only_photo().getpixel((80, 50)), (10, 10, 10))


def test_an_embedded_profile_is_applied(upload: Upload) -> None:
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    upload(encode(Image.new("RGB", (100, 100), (120, 60, 60)), "PNG", icc_profile=lab_like))
    assert Outfit.objects.count() == 1  # an odd profile is no reason to refuse a photo
    assert "icc_profile" not in only_photo().info


def test_exif_orientation_is_applied(upload: Upload) -> None:
    image = Image.new("RGB", (200, 100), "white")
    image.paste((200, 0, 0), (0, 0, 100, 100))  # red on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise: red on top
    upload(encode(image, exif=exif))
    photo = only_photo()
    assert photo.size == (100, 200)
    assert close(photo.getpixel((50, 50)), (200, 0, 0))
    assert close(photo.getpixel((50, 150)), (255, 255, 255))


def test_metadata_is_gone_from_what_s3_holds(upload: Upload) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)  # GPSLatitude
    exif.get_ifd(0x8825)[1] = "N"
    upload(encode(draw_outfit(), exif=exif, comment=b"secret comment", xmp=b"<x:secret/>"))
    outfit = Outfit.objects.get()
    for key in (outfit.photo_key, outfit.thumb_key):
        assert dict(stored(key).getexif()) == {}
        assert not stored(key).info.keys() & {"exif", "comment", "xmp", "icc_profile"}
        assert b"secret" not in objects.get(key)
        assert b"CameraMaker" not in objects.get(key)


@pytest.mark.parametrize(
    ("taken", "source"), [("2021:05:01 23:30:15", "photo"), ("1970:01:01 00:00:00", "upload")]
)
def test_the_day_is_the_photos_where_that_is_plausible(
    upload: Upload, taken: str, source: str
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = taken  # DateTimeOriginal
    upload(encode(draw_outfit(), exif=exif))
    outfit = Outfit.objects.get()
    assert outfit.day_source == source
    assert (outfit.day == date(2021, 5, 1)) == (source == "photo")


def test_html_appended_to_a_png_is_not_stored(upload: Upload) -> None:
    upload(encode(draw_outfit(), "PNG") + b"<html><script>alert(1)</script></html>")
    outfit = Outfit.objects.get()
    assert b"script" not in objects.get(outfit.photo_key) + objects.get(outfit.thumb_key)


def test_a_long_name_is_shortened_and_never_a_path(upload: Upload) -> None:
    upload(outfit_jpeg(), name="x" * 500 + ".jpg")
    assert len(Outfit.objects.get().original_name) <= 255


def test_a_path_in_a_name_is_dropped(upload: Upload) -> None:
    upload(outfit_jpeg(), name="..\\..\\etc\\passwd.jpg")
    assert Outfit.objects.get().original_name == "passwd.jpg"


def test_the_same_photo_twice_is_one_outfit(upload: Upload, as_owner: Client) -> None:
    first = upload(outfit_jpeg())
    second = upload(outfit_jpeg(), name="again.jpg")
    assert first["Location"] == second["Location"]
    assert Outfit.objects.count() == 1
    assert "already uploaded this photo" in as_owner.get(second["Location"]).content.decode()


def test_the_same_photo_of_two_people_is_two_outfits(upload: Upload, as_stranger: Client) -> None:
    upload(outfit_jpeg())
    as_stranger.post("/outfits/", {"photo": BytesIO(outfit_jpeg())})
    assert Outfit.objects.count() == 2
    assert len({outfit.photo_key for outfit in Outfit.objects.all()}) == 2


def test_visitors_are_sent_to_sign_in(site: None) -> None:
    answer = Client().post("/outfits/", {"photo": BytesIO(outfit_jpeg())})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert not Outfit.objects.exists()


def test_a_form_without_its_token_is_refused(owner: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.login(username="owner", password="a long password")
    answer = client.post("/outfits/", {"photo": BytesIO(outfit_jpeg())})
    assert answer.status_code == 403
