"""What is in a ZIP: photos become outfits, everything else is left out with a reason."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_LZMA, ZipFile, ZipInfo

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from classifier.models import Batch, LeftOut, Outfit, Unpacking
from classifier.storage import objects
from classifier.uploads import accept
from classifier.uploads.handler import TooLargeFile
from classifier.uploads.refusals import Refusal, Refused
from tests.support.bucket import keys_below
from tests.support.images import outfit_jpeg
from tests.support.odd_photos import scan_bomb
from tests.support.zipping import link, zip_of, zip_of_photos
from worker.jobs.maintenance import run_maintenance

Send = Callable[..., Any]


@pytest.fixture
def send(as_owner: Client) -> Send:
    """POST a ZIP as the owner; the answer."""

    def post(data: bytes, name: str = "spring.zip", **fields: str) -> Any:
        file = SimpleUploadedFile(name, data, "application/zip")
        return as_owner.post("/batches/", {"archive": file, **fields})

    return post


def unpacked(send: Send, data: bytes) -> Batch:
    """The batch that this ZIP became."""
    assert send(data).status_code == 302
    run_maintenance()
    return Batch.objects.get()


def left_out(batch: Batch) -> dict[str, str]:
    return dict(batch.left_out.values_list("name", "reason"))


def test_photos_of_a_zip_become_a_batch(send: Send, owner: User) -> None:
    batch = unpacked(send, zip_of_photos(1, 2, 3))
    assert (batch.name, batch.total, batch.owner) == ("spring", 3, owner)
    outfits = Outfit.objects.filter(batch=batch)
    assert sorted(outfits.values_list("original_name", flat=True)) == ["1.jpg", "2.jpg", "3.jpg"]
    assert set(outfits.values_list("priority", flat=True)) == {Outfit.Priority.BATCH}
    assert left_out(batch) == {}
    assert batch.unpacking.status == Unpacking.Status.DONE
    assert keys_below(objects.BATCHES) == set()


def test_what_is_no_photo_is_left_out_with_its_reason(send: Send) -> None:
    inner = zip_of_photos(5)
    batch = unpacked(
        send, zip_of({"a/ok.jpg": outfit_jpeg(1), "a/notes.txt": b"notes", "b/inner.zip": inner})
    )
    assert left_out(batch) == {"a/notes.txt": "not_an_image", "b/inner.zip": "not_an_image"}
    assert batch.total == 1


def test_what_decoders_refuse_is_left_out_and_the_others_are_taken(
    send: Send,
) -> None:
    bomb = scan_bomb(Image.new("RGB", (640, 480)), 3_000)
    batch = unpacked(
        send, zip_of({"a.jpg": bomb, "b.bmp": b"BM" + bytes(99), "c.jpg": outfit_jpeg()})
    )
    assert left_out(batch) == {"a.jpg": "too_many_scans", "b.bmp": "format_bmp"}
    assert batch.total == 1


def test_a_photo_that_takes_a_decoder_too_long_is_left_out(send: Send, settings: Any) -> None:
    settings.FASI_DECODER_S = 0
    assert left_out(unpacked(send, zip_of_photos(1))) == {"week/1.jpg": "decoding_too_long"}


def test_a_photo_that_finds_the_decoders_busy_is_taken_later(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Refused(Refusal.DECODERS_BUSY)

    with monkeypatch.context() as now:
        now.setattr(accept, "sanitise", busy)
        batch = unpacked(send, zip_of_photos(1, 2))
        assert batch.unpacking.status == Unpacking.Status.QUEUED
        assert (batch.total, left_out(batch)) == (0, {})
    Unpacking.objects.update(not_before=timezone.now())
    run_maintenance()
    batch.refresh_from_db()
    assert (batch.total, left_out(batch)) == (2, {})


def test_what_systems_add_is_no_part_of_it(send: Send) -> None:
    added = {"__MACOSX/._1.jpg": b"x", "week/.DS_Store": b"x", "Thumbs.db": b"x", "week/": b""}
    batch = unpacked(send, zip_of({**added, "week/1.jpg": outfit_jpeg(1)}))
    assert (batch.total, batch.unpacking.total, left_out(batch)) == (1, 1, {})


def test_names_that_lead_out_and_links_are_not_opened(send: Send) -> None:
    photo = outfit_jpeg(1)
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name in ("../../etc/up.jpg", "/root.jpg", "C:/drive.jpg", "a\\..\\..\\windows.jpg"):
            archive.writestr(name, photo)
        archive.writestr(*link("link.jpg", "/etc/passwd"))
        archive.writestr("fine.jpg", photo)
    batch = unpacked(send, out.getvalue())
    assert set(left_out(batch).values()) == {"unsafe_name"}
    assert len(left_out(batch)) == 5
    assert [each.original_name for each in Outfit.objects.all()] == ["fine.jpg"]


def test_a_bomb_is_refused_by_its_headers(send: Send, settings: Any) -> None:
    settings.FASI_ZIP_UNPACKED_BYTES = 8 * 1024**2
    answer = send(zip_of({f"{n}.jpg": bytes(3 * 1024**2) for n in range(3)}))
    assert answer.status_code == 413
    assert b'data-reason="zip_unpacks_too_large"' in answer.content
    assert not Batch.objects.exists()
    assert keys_below(objects.BATCHES) == set()


def test_one_large_file_is_left_out_without_being_unpacked(send: Send, settings: Any) -> None:
    bomb = zip_of({"1.jpg": outfit_jpeg(1), "zeros.jpg": bytes(31 * 1024**2)})
    batch = unpacked(send, bomb)
    assert left_out(batch) == {"zeros.jpg": "too_large"}


def test_a_file_that_is_longer_than_it_says_is_cut_off(send: Send) -> None:
    data = zip_of({"lies.jpg": bytes(1024**2)})
    lies = data.replace((1024**2).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lies != data
    assert left_out(unpacked(send, lies)) == {"lies.jpg": "broken"}


def test_too_many_files_are_refused(send: Send, settings: Any) -> None:
    settings.FASI_ZIP_FILES = 2
    assert send(zip_of_photos(1, 2, 3)).status_code == 422
    assert not Batch.objects.exists()


def test_a_directory_that_would_fill_the_memory_is_not_read(send: Send, settings: Any) -> None:
    settings.FASI_ZIP_FILES = 10
    many = zip_of({f"{'x' * 200}/{n}": b"" for n in range(5000)}, compression=0)
    answer = send(many)
    assert b'data-reason="zip_too_many_files"' in answer.content


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no zip at all", "zip_broken"),
        (zip_of_photos(1)[:-40], "zip_broken"),
        (zip_of({}), "zip_empty"),
        (zip_of({"__MACOSX/._1.jpg": b"x"}), "zip_empty"),
    ],
)
def test_what_is_no_zip_of_photos_is_refused_at_once(send: Send, data: bytes, reason: str) -> None:
    answer = send(data)
    assert f'data-reason="{reason}"'.encode() in answer.content
    assert not Batch.objects.exists()


def test_a_zip_is_measured_while_it_streams_in(send: Send, settings: Any) -> None:
    settings.FASI_ZIP_BYTES = 10_000
    answer = send(zip_of_photos(1, 2, 3))
    assert answer.status_code == 413
    assert b'data-reason="zip_too_large"' in answer.content


def test_only_the_page_of_batches_takes_more_than_a_photo(
    as_owner: Client, client: Client, settings: Any
) -> None:
    settings.FASI_MAX_UPLOAD_BYTES = 1000
    data = zip_of_photos(1)
    elsewhere = as_owner.post("/outfits/", {"archive": SimpleUploadedFile("a.zip", data)})
    assert isinstance(elsewhere.wsgi_request.FILES["archive"], TooLargeFile)
    nobody = client.post("/batches/", {"archive": SimpleUploadedFile("a.zip", data)})
    assert isinstance(nobody.wsgi_request.FILES["archive"], TooLargeFile)


def test_methods_that_want_much_memory_are_not_unpacked(send: Send) -> None:
    batch = unpacked(send, zip_of({"1.jpg": outfit_jpeg(1)}, compression=ZIP_LZMA))
    assert left_out(batch) == {"1.jpg": "zip_broken"}


def test_a_locked_file_says_so(send: Send) -> None:
    data = bytearray(zip_of({"1.jpg": outfit_jpeg(1)}))
    data[6] |= 1  # the flag in the file's own header, and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert left_out(unpacked(send, bytes(data))) == {"1.jpg": "zip_encrypted"}


def test_korean_names_are_read_as_windows_and_macos_write_them(send: Send) -> None:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for encoding in ("cp949", "utf-8"):
            name = f"봄 {encoding}.txt".encode(encoding).decode("cp437")
            info = ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"no photo")
    data = out.getvalue()
    # zipfile marks what is not ASCII as UTF-8; those programs do not.
    for encoding in ("cp949", "utf-8"):
        written = f"봄 {encoding}.txt".encode(encoding).decode("cp437").encode()
        told = f"봄 {encoding}.txt".encode(encoding).ljust(len(written), b" ")
        data = data.replace(written, told)
    changed = bytearray(data)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for place in _places(changed, mark):
            changed[place + flags + 1] &= ~0x08
    batch = unpacked(send, bytes(changed))
    assert {name.strip() for name in left_out(batch)} == {"봄 cp949.txt", "봄 utf-8.txt"}


def _places(data: bytearray, mark: bytes) -> Iterator[int]:
    place = data.find(mark)
    while place >= 0:
        yield place
        place = data.find(mark, place + 1)


def test_a_spent_quota_stops_it_and_sending_again_doubles_nothing(
    send: Send, settings: Any, as_owner: Client
) -> None:
    settings.FASI_UPLOADS_PER_DAY = 3  # the ZIP itself counts too
    data = zip_of_photos(1, 2, 3, 4)
    batch = unpacked(send, data)
    assert (batch.total, batch.unpacking.status, batch.unpacking.done) == (2, "stopped", 2)
    page = as_owner.get(f"/batches/{batch.pk}/").content.decode()
    assert 'data-reason="daily_quota"' in page
    assert "2 of 4 files" in page
    settings.FASI_UPLOADS_PER_DAY = 100
    send(data)
    run_maintenance()
    assert Outfit.objects.count() == 4
    second = Batch.objects.exclude(pk=batch.pk).get()
    assert LeftOut.objects.filter(batch=second, reason="").count() == 2


def test_rates_do_not_slow_a_zip_down(send: Send, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_MINUTE = 1
    assert unpacked(send, zip_of_photos(1, 2, 3)).total == 3


def test_nobody_fills_the_bucket_with_zips_that_wait(send: Send) -> None:
    for seed in range(3):
        assert send(zip_of_photos(seed)).status_code == 302
    assert send(zip_of_photos(9)).status_code == 429
    run_maintenance()
    assert send(zip_of_photos(9)).status_code == 302


def test_a_file_that_ends_its_workers_is_passed_over(send: Send, settings: Any) -> None:
    send(zip_of_photos(1, 2))
    Unpacking.objects.update(deaths=settings.FASI_MAX_ATTEMPTS)
    run_maintenance()
    batch = Batch.objects.get()
    assert left_out(batch) == {"week/1.jpg": "file_ends_workers"}
    assert batch.total == 1


def test_an_empty_name_and_one_of_nul_lose_no_photo(send: Send) -> None:
    data = zip_of({"1.jpg": outfit_jpeg(1), "2.jpg": outfit_jpeg(2), "3.jpg": outfit_jpeg(3)})
    batch = unpacked(send, data.replace(b"1.jpg", b"\0.jpg").replace(b"2.jpg", b"a\0\0\0g"))
    assert (batch.total, left_out(batch)) == (3, {})
    names = set(Outfit.objects.values_list("original_name", flat=True))
    assert names == {"", "a", "3.jpg"}


def test_a_name_that_differs_before_the_file_and_in_the_directory_loses_no_photo(
    send: Send,
) -> None:
    data = zip_of({"1.jpg": outfit_jpeg(1)}).replace(b"1.jpg", b"2.jpg", 1)
    batch = unpacked(send, data)
    assert (batch.total, left_out(batch)) == (1, {})
    assert Outfit.objects.get().original_name == "1.jpg"


def test_a_name_that_is_falsely_called_utf8_loses_that_file_only(send: Send) -> None:
    data = zip_of({"가.jpg": outfit_jpeg(1), "나.jpg": outfit_jpeg(2)})
    batch = unpacked(send, data.replace("가".encode(), b"\xff\xfe\xfd"))
    assert batch.total == 1
    assert list(left_out(batch).values()) == ["broken"]
    assert Outfit.objects.get().original_name == "나.jpg"


def test_a_file_that_lies_behind_the_end_of_the_zip_is_left_out(send: Send) -> None:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("1.jpg", outfit_jpeg(1))
        archive.writestr("2.jpg", outfit_jpeg(2))
        archive.infolist()[0].header_offset = 2**63 + 1
    batch = unpacked(send, out.getvalue())
    assert (batch.total, left_out(batch)) == (1, {"1.jpg": "broken"})
