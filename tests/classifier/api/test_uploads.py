"""Direct uploads: from the form to the outfit, through the real bucket."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone
from fasi_client import Fasi, FasiError
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from classifier.models import DirectUpload, Outfit
from classifier.orphans import ORPHAN_AGE, remove_orphans
from classifier.storage import objects
from classifier.uploads import direct
from tests.classifier.api.conftest import Program, code
from tests.support.images import encode, outfit_jpeg
from tests.support.odd_photos import scan_bomb
from worker.jobs.direct_uploads import check_uploads, end_forms


def begin(program: Program, **fields: Any) -> dict[str, Any]:
    answer = program.post("uploads", json={"name": "coat.jpg", **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def send(made: dict[str, Any], data: bytes, **fields: str) -> httpx.Response:
    form = made["form_fields"] | fields
    return httpx.post(made["form_url"], data=form, files={"file": ("x.jpg", data)})


def complete(program: Program, made: dict[str, Any]) -> dict[str, Any]:
    answer = program.post(f"uploads/{made['id']}/complete")
    assert answer.status_code == 202, answer.text
    check_uploads()
    shown: dict[str, Any] = program.get(f"uploads/{made['id']}").json()
    return shown


def left() -> list[str]:
    return [key for key, _ in objects.listing(objects.UPLOADS)]


@pytest.fixture(autouse=True)
def _empty(site: None) -> Any:
    yield
    objects.remove(left())


def test_a_photo_goes_past_the_site_and_becomes_an_outfit(owners: Program) -> None:
    made = begin(owners)
    assert send(made, outfit_jpeg()).is_success
    shown = complete(owners, made)
    outfit = Outfit.objects.get()
    assert (shown["status"], shown["outfit"]) == ("accepted", str(outfit.pk))
    assert owners.get(shown["outfit_url"]).json()["name"] == "coat.jpg"
    assert left() == []


def test_what_was_sent_is_sanitised_as_any_photo(owners: Program) -> None:
    made = begin(owners)
    send(made, outfit_jpeg() + b"appended by somebody")
    complete(owners, made)
    stored = objects.get(Outfit.objects.get().photo_key)
    assert b"appended by somebody" not in stored


def test_the_bucket_refuses_what_is_too_large(owners: Program, settings: Any) -> None:
    settings.FASI_MAX_UPLOAD_BYTES = 1000
    made = begin(owners)
    answer = send(made, b"x" * 1001)
    assert answer.status_code == 400
    assert "EntityTooLarge" in answer.text
    assert left() == []


def test_the_bucket_refuses_another_key(owners: Program) -> None:
    answer = send(begin(owners), outfit_jpeg(), key="outfits/mine/photo.jpg")
    assert answer.status_code == 403
    assert left() == []
    assert list(objects.listing("outfits/mine/")) == []


def test_a_worker_checks_the_size_again(owners: Program, settings: Any) -> None:
    made = begin(owners)
    send(made, outfit_jpeg())
    settings.FASI_MAX_UPLOAD_BYTES = 1000
    assert complete(owners, made)["problem"]["code"] == "too_large"


def test_what_is_no_photo_is_refused_and_removed(owners: Program) -> None:
    made = begin(owners)
    send(made, b"<script>alert(1)</script>")
    shown = complete(owners, made)
    assert (shown["status"], shown["problem"]["code"]) == ("refused", "not_an_image")
    assert not Outfit.objects.exists()
    assert left() == []


@pytest.mark.parametrize(
    ("decoder_s", "photo", "reason"),
    [
        (15, lambda: scan_bomb(Image.new("RGB", (640, 480)), 3_000), "too_many_scans"),
        (15, lambda: encode(Image.new("RGB", (96, 96)), "TIFF"), "format_tiff"),
        (0, outfit_jpeg, "decoding_too_long"),
    ],
)
def test_what_decoders_refuse_is_refused_and_removed(
    owners: Program, settings: Any, decoder_s: int, photo: Callable[[], bytes], reason: str
) -> None:
    settings.FASI_DECODER_S = decoder_s
    made = begin(owners)
    send(made, photo())
    assert complete(owners, made)["problem"]["code"] == reason
    assert left() == []


def test_completing_without_a_file_is_refused(owners: Program) -> None:
    assert complete(owners, begin(owners))["problem"]["code"] == "no_file"


def test_an_upload_is_completed_once(owners: Program) -> None:
    made = begin(owners)
    send(made, outfit_jpeg())
    complete(owners, made)
    answer = owners.post(f"uploads/{made['id']}/complete")
    assert (answer.status_code, code(answer)) == (409, "upload_not_open")


def test_a_batch_counts_its_direct_uploads(owners: Program) -> None:
    batch = owners.post("batches", json={"name": "mine"}).json()["id"]
    made = begin(owners, batch=batch)
    send(made, outfit_jpeg())
    complete(owners, made)
    assert owners.get(f"batches/{batch}").json()["total"] == 1


def test_another_persons_batch_or_upload_does_not_exist(
    owners: Program, strangers: Program
) -> None:
    batch = owners.post("batches", json={"name": "mine"}).json()["id"]
    assert code(strangers.post("uploads", json={"batch": batch})) == "not_found"
    made = begin(owners)
    assert code(strangers.get(f"uploads/{made['id']}")) == "not_found"
    assert code(strangers.post(f"uploads/{made['id']}/complete")) == "not_found"


def test_a_spent_rate_is_waited_for(owners: Program, settings: Any) -> None:
    made = begin(owners)
    send(made, outfit_jpeg())
    settings.FASI_UPLOADS_PER_MINUTE = 0
    assert complete(owners, made)["status"] == "queued"
    settings.FASI_UPLOADS_PER_MINUTE = 10
    DirectUpload.objects.update(not_before=timezone.now())
    assert check_uploads() == 1
    assert DirectUpload.objects.get().status == "accepted"


def test_an_upload_whose_workers_die_is_given_up(owners: Program) -> None:
    made = begin(owners)
    send(made, outfit_jpeg())
    owners.post(f"uploads/{made['id']}/complete")
    for _ in range(direct.MOST_ATTEMPTS):
        assert direct.claim_upload()  # and nothing more is heard of this worker
        assert direct.claim_upload() is None
        DirectUpload.objects.update(not_before=timezone.now())
    check_uploads()
    assert owners.get(f"uploads/{made['id']}").json()["problem"]["code"] == "worker_lost"
    assert left() == []


def test_a_lost_claim_changes_nothing(owners: Program) -> None:
    made = begin(owners)
    send(made, outfit_jpeg())
    owners.post(f"uploads/{made['id']}/complete")
    lost = direct.claim_upload()
    assert lost
    DirectUpload.objects.update(not_before=timezone.now())
    check_uploads()
    assert direct.refuse(lost, "broken") is False
    assert DirectUpload.objects.get().status == "accepted"


def test_open_uploads_are_limited(owners: Program, settings: Any) -> None:
    settings.FASI_OPEN_UPLOADS = 2
    answers = [owners.post("uploads", json={}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert code(answers[2]) == "too_many_uploads"


def test_what_nobody_completes_ends_and_its_object_goes(owners: Program) -> None:
    made = begin(owners)
    send(made, outfit_jpeg())
    long_after = timezone.now() + ORPHAN_AGE + timedelta(hours=1)
    assert remove_orphans(long_after) == 0  # while the upload is open, its object stays
    DirectUpload.objects.update(expires=timezone.now())
    assert direct.expire() == 1
    assert owners.get(f"uploads/{made['id']}").json()["status"] == "expired"
    assert code(owners.post(f"uploads/{made['id']}/complete")) == "upload_not_open"
    assert remove_orphans(long_after) == 1
    assert left() == []


def test_old_uploads_are_forgotten(owners: Program) -> None:
    begin(owners)
    DirectUpload.objects.update(expires=timezone.now() - direct.KEPT)
    end_forms()
    end_forms()
    assert not DirectUpload.objects.exists()


def test_a_form_is_good_once_and_what_comes_after_the_check_is_removed(owners: Program) -> None:
    made = begin(owners)
    send(made, outfit_jpeg(1))
    complete(owners, made)
    for _ in range(2):
        assert send(made, outfit_jpeg(2)).is_success  # the bucket knows nothing of our check
        assert left() != []
        end_forms()
        assert left() == []
    assert not DirectUpload.objects.get().cleared
    send(made, outfit_jpeg(3))
    DirectUpload.objects.update(expires=timezone.now() - direct.LAST_BYTES)
    end_forms()
    assert left() == []
    assert DirectUpload.objects.get().cleared
    assert Outfit.objects.count() == 1


def test_a_spent_quota_gives_no_form(owners: Program, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = 1
    made = begin(owners)
    assert code(owners.post("uploads", json={})) == "daily_quota"
    send(made, outfit_jpeg())
    assert complete(owners, made)["status"] == "accepted"  # it was counted with its form
    settings.FASI_UPLOADS_PER_DAY, settings.FASI_STORED_BYTES = 9, 10_000
    assert code(owners.post("uploads", json={})) == "storage_quota"


def test_a_form_that_nobody_used_costs_no_place_of_the_day(owners: Program, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = 1
    begin(owners)
    DirectUpload.objects.update(expires=timezone.now())
    direct.expire()
    begin(owners)


def test_the_client_sends_directly(
    live_server: LiveServer, owners: Program, tmp_path: Path
) -> None:
    token = owners.headers["Authorization"].removeprefix("Bearer ")
    photo, text = tmp_path / "coat.jpg", tmp_path / "notes.jpg"
    photo.write_bytes(outfit_jpeg())
    text.write_text("no photo")
    with Fasi(live_server.url, token) as fasi:
        good, bad = fasi.upload_direct(photo), fasi.upload_direct(text)
        assert fasi.direct_outcome(good) == ""
        check_uploads()
        assert uuid.UUID(fasi.direct_outcome(good)) == Outfit.objects.get().pk
        with pytest.raises(FasiError, match="can’t read this file"):
            fasi.direct_outcome(bad)
