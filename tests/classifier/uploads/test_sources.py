"""Every way in is written down on the outfit."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from classifier.batches.unpacking import begin_batch
from classifier.integrations.tokens import issue_token
from classifier.models import DirectUpload, Outfit, Scope
from classifier.storage import objects
from classifier.uploads import direct
from tests.support.images import outfit_jpeg
from tests.support.zipping import zip_of_photos
from worker.folder.files import files_below
from worker.folder.queueing import enqueue
from worker.jobs.direct_uploads import check_uploads
from worker.jobs.maintenance import run_maintenance

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("coat.jpg", outfit_jpeg(), "image/jpeg")


def source() -> str:
    return Outfit.objects.get().source


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"User-Agent": DESKTOP}, "site"),
        ({"User-Agent": IPHONE}, "phone"),
        ({"User-Agent": DESKTOP, "Sec-CH-UA-Mobile": "?1"}, "phone"),
        ({"User-Agent": IPHONE, "Sec-CH-UA-Mobile": "?0"}, "site"),
        ({}, "site"),
    ],
)
def test_a_browser_says_whether_it_is_a_phones(
    as_owner: Client, headers: dict[str, str], expected: str
) -> None:
    as_owner.post("/outfits/", {"photo": photo()}, headers=headers)
    assert source() == expected


@pytest.mark.parametrize("in_a_batch", [False, True])
def test_what_a_program_sends_is_from_a_program(owner: User, in_a_batch: bool) -> None:
    token = issue_token(owner, "test", (Scope.READ, Scope.WRITE)).text
    program = Client(headers={"Authorization": f"Bearer {token}"})
    batch = begin_batch(owner.pk, "spring") if in_a_batch else None
    address = f"/api/v1/batches/{batch.pk}/outfits" if batch else "/api/v1/outfits"

    answer = program.post(address, {"photo": photo()})

    assert answer.status_code == 202, answer.content
    assert source() == "api"
    assert program.get("/api/v1/outfits").json()["items"][0]["source"] == "api"


def test_what_goes_past_the_site_is_from_a_program(owner: User) -> None:
    upload, _form = direct.begin(owner.pk, "coat.jpg")
    objects.put(upload.key, outfit_jpeg(), "image/jpeg")
    assert direct.complete(upload)

    check_uploads()

    assert DirectUpload.objects.get().status == "accepted"
    assert source() == "api"


def test_a_zip_is_a_batch(as_owner: Client) -> None:
    archive = SimpleUploadedFile("spring.zip", zip_of_photos(1), "application/zip")
    as_owner.post("/batches/", {"archive": archive})

    run_maintenance()

    assert source() == "batch"


def test_an_operators_folder_is_a_folder(owner: User, tmp_path: Path) -> None:
    (tmp_path / "coat.jpg").write_bytes(outfit_jpeg())
    batch = begin_batch(owner.pk, "folder")

    enqueue(files_below(tmp_path), tmp_path, batch, on_progress=lambda *_: None)

    assert source() == "folder"
