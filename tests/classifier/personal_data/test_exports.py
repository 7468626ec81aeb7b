"""Taking one's data away: what is in the file, and what becomes of its job. Over HTTP and rows."""

import base64
import csv
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
import requests
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from classifier.leases import Lease, LeaseLost
from classifier.lifecycle.failures import Failure
from classifier.models import Export, Outfit, Release, Review
from classifier.orphans import ORPHAN_AGE, remove_orphans
from classifier.personal_data import exports
from classifier.personal_data.consents import record_consent
from classifier.reviews.verdicts import record_review
from classifier.storage import multipart, objects
from classifier.storage.multipart import MultipartObject
from tests.support.bucket import all_user_keys, keys_below, take_away, uploads_under_way
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

Make = Callable[..., Outfit]


def request_by(client: Client) -> None:
    assert client.post("/account/data/export/")["Location"] == "/account/data/"


def download(client: Client) -> ZipFile:
    """The file, fetched as a browser does."""
    fetched = client.get("/account/data/export/file/")
    assert fetched.status_code == 200
    assert fetched["Content-Type"] == "application/zip"
    assert fetched["Content-Disposition"].startswith('attachment; filename="fasi-')
    archive = ZipFile(BytesIO(b"".join(fetched.streaming_content)))  # type: ignore[attr-defined]
    assert archive.testzip() is None
    return archive


def state_of(client: Client) -> str:
    return client.get("/account/data/export/state/").content.decode()


def expire_lease() -> None:
    """As if the lease's seconds had gone by."""
    past = timezone.now() - timedelta(seconds=1)
    assert Export.objects.filter(status="running").update(lease_until=past) == 1


def make_ready() -> None:
    """As if the back-off's seconds had gone by."""
    Export.objects.update(not_before=timezone.now())


def test_the_export_has_everything(
    make_outfit: Make, as_owner: Client, owner: User, staff: User, release: Release
) -> None:
    first, second = make_outfit(1), make_outfit(2)
    work(budget_s=30)
    waiting = make_outfit(3)
    record_consent(owner.pk, given=True)
    record_review(first.predictions.get(), staff.pk, Review.Role.STAFF, "casual")
    record_review(first.predictions.get(), owner.pk, Review.Role.OWNER, "boho", "my note")
    request_by(as_owner)
    assert 'data-status="queued"' in state_of(as_owner)
    assert "hx-get=" in state_of(as_owner)
    run_maintenance()
    assert 'data-status="ready"' in state_of(as_owner)
    assert "hx-get=" not in state_of(as_owner)

    archive = download(as_owner)
    account = json.loads(archive.read("account.json"))
    assert (account["username"], account["email"]) == ("owner", "owner@example.org")
    assert [each["given"] for each in account["photos_may_train_the_model"]] == [True]

    rows = {row["id"]: row for row in json.loads(archive.read("outfits.json"))}
    assert set(rows) == {str(each.pk) for each in (first, second, waiting)}
    for outfit in (first, second, waiting):
        assert archive.read(rows[str(outfit.pk)]["photo"]) == objects.get(outfit.photo_key)
    assert rows[str(waiting.pk)]["predictions"] == []
    (said,) = rows[str(first.pk)]["predictions"]
    prediction = first.predictions.get()
    assert said["probabilities"][prediction.style] == prediction.confidence
    assert len(base64.b64decode(said["activation_map"])) == 49
    embedding = np.frombuffer(base64.b64decode(said["embedding"]), "<f2")
    assert embedding.tolist() == pytest.approx(list(prediction.embedding))
    assert [(each["by"], each["style"]) for each in said["reviews"]] == [
        ("staff", "casual"),
        ("owner", "boho"),
    ]

    lines = list(csv.DictReader(StringIO(archive.read("outfits.csv").decode("utf-8-sig"))))
    assert [line["id"] for line in lines] == [str(each.pk) for each in (first, second, waiting)]
    assert (lines[0]["style"], lines[0]["certainty"]) == ("boho", "corrected")
    assert lines[0]["predicted_style"] == prediction.style
    assert lines[1]["style"] == second.predictions.get().style
    assert {each.compress_type for each in archive.infolist()} == {ZIP_DEFLATED}


def test_a_file_name_is_no_formula(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_outfit()
    Outfit.objects.filter(pk=outfit.pk).update(original_name="=1+1.jpg")
    request_by(as_owner)
    run_maintenance()
    (line,) = csv.DictReader(StringIO(download(as_owner).read("outfits.csv").decode("utf-8-sig")))
    assert line["name"] == "'=1+1.jpg"


def test_an_empty_account_can_be_exported_too(as_owner: Client) -> None:
    request_by(as_owner)
    run_maintenance()
    assert json.loads(download(as_owner).read("outfits.json")) == []


def test_only_ones_own_outfits_are_in_it(
    make_outfit: Make, as_owner: Client, stranger: User
) -> None:
    mine, _theirs = make_outfit(1), make_outfit(2, user=stranger)
    request_by(as_owner)
    run_maintenance()
    archive = download(as_owner)
    assert [row["id"] for row in json.loads(archive.read("outfits.json"))] == [str(mine.pk)]
    assert len([name for name in archive.namelist() if name.startswith("photos/")]) == 1


def test_nobody_gets_another_persons_file(as_owner: Client, as_stranger: Client) -> None:
    request_by(as_owner)
    run_maintenance()
    assert as_stranger.get("/account/data/export/file/")["Location"] == "/account/data/"
    assert 'data-status="none"' in state_of(as_stranger)
    export = Export.objects.get()
    bare = objects.signed_url(export.key).split("?")[0]
    assert requests.get(bare, timeout=5).status_code == 403


def test_a_photo_that_is_gone_is_left_out_and_its_row_says_so(
    make_outfit: Make, as_owner: Client
) -> None:
    outfit = make_outfit()
    objects.remove([outfit.photo_key])
    request_by(as_owner)
    run_maintenance()
    (row,) = json.loads(download(as_owner).read("outfits.json"))
    assert row["photo"] is None


def test_one_export_at_a_time(as_owner: Client, owner: User) -> None:
    request_by(as_owner)
    first = Export.objects.get()
    request_by(as_owner)
    assert Export.objects.get() == first
    with pytest.raises(IntegrityError):
        Export.objects.create(owner=owner)


def test_a_new_export_takes_the_place_of_the_old_one(make_outfit: Make, as_owner: Client) -> None:
    request_by(as_owner)
    run_maintenance()
    old = Export.objects.get()
    make_outfit()
    request_by(as_owner)
    run_maintenance()
    new = Export.objects.get()
    assert new.pk != old.pk
    assert keys_below(objects.EXPORTS) == {new.key}


def test_the_file_goes_when_its_time_is_over(as_owner: Client) -> None:
    request_by(as_owner)
    run_maintenance()
    Export.objects.update(expires=timezone.now())
    assert as_owner.get("/account/data/export/file/")["Location"] == "/account/data/"
    assert 'data-status="none"' in state_of(as_owner)
    run_maintenance()
    assert not Export.objects.exists()
    assert not keys_below(objects.EXPORTS)


def test_an_object_of_several_parts_is_whole(site: None) -> None:
    data = np.random.default_rng(0).bytes(2 * multipart.PART_BYTES + 12345)
    target = MultipartObject(exports.key_of(uuid.uuid4(), 1), "application/zip")
    for begin in range(0, len(data), 3_000_000):
        target.write(data[begin : begin + 3_000_000])
    assert not all_user_keys()
    target.complete()
    assert objects.get(target.key) == data
    assert target.size == len(data)


def begun(owner: User, worker: str = "dead") -> tuple[Lease[Export], MultipartObject]:
    """An export whose worker has sent a part when it dies."""
    exports.request_export(owner.pk)
    claim = exports.claim_export(worker)
    assert claim
    target = MultipartObject(exports.key_of(claim.row.pk, claim.attempt), "application/zip")
    claim.renew(upload_id=target.upload_id)
    target.write(bytes(multipart.PART_BYTES + 1))
    return claim, target


def test_a_dead_workers_export_is_prepared_by_another_and_leaves_nothing(
    make_outfit: Make, as_owner: Client, owner: User
) -> None:
    make_outfit()
    begun(owner)
    assert uploads_under_way()
    run_maintenance()
    assert 'data-status="running"' in state_of(as_owner)
    expire_lease()
    run_maintenance()
    make_ready()
    run_maintenance()
    export = Export.objects.get()
    assert (export.status, export.attempts) == ("ready", 2)
    assert not uploads_under_way()
    assert keys_below(objects.EXPORTS) == {export.key}
    assert len(json.loads(download(as_owner).read("outfits.json"))) == 1


def test_a_lost_lease_neither_finishes_nor_puts_back(owner: User) -> None:
    lost, _ = begun(owner)
    expire_lease()
    exports.return_expired_exports()
    make_ready()
    assert exports.claim_export("other")
    with pytest.raises(LeaseLost):
        lost.renew(done=5)
    assert not exports.finish(lost, 1)
    exports.put_back(lost, Failure.STORAGE_UNAVAILABLE, "late")
    export = Export.objects.get()
    assert (export.status, export.claimed_by, export.done) == ("running", "other", 0)


def test_a_worker_whose_clock_is_wrong_neither_takes_nor_keeps_a_lease(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, _ = begun(owner)
    for error in (timedelta(days=1), timedelta(days=-1)):
        monkeypatch.setattr(timezone, "now", lambda error=error: datetime.now(UTC) + error)
        assert exports.return_expired_exports() == 0
        lease.renew()
        until = Export.objects.get().lease_until
        left = until - datetime.now(UTC) if until else timedelta(0)
        assert timedelta(0) < left <= timedelta(seconds=120)


def test_after_its_last_attempt_it_fails_with_a_reason_and_may_be_asked_for_again(
    as_owner: Client, owner: User, settings: Any
) -> None:
    settings.FASI_MAX_ATTEMPTS = 2
    exports.request_export(owner.pk)
    for _ in range(2):
        make_ready()
        assert exports.claim_export("w")
        expire_lease()
        exports.return_expired_exports()
    export = Export.objects.get()
    assert (export.status, export.error_code) == ("failed", "worker_lost")
    assert "Try again" in state_of(as_owner)
    request_by(as_owner)
    run_maintenance()
    assert 'data-status="ready"' in state_of(as_owner)


def test_while_s3_is_away_the_export_waits(
    make_outfit: Make, as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_outfit()
    request_by(as_owner)
    with monkeypatch.context() as away:
        take_away(away)
        run_maintenance()
    export = Export.objects.get()
    assert (export.status, export.error_code) == ("queued", "storage_unavailable")
    make_ready()
    run_maintenance()
    assert 'data-status="ready"' in state_of(as_owner)


def test_a_row_that_went_while_it_was_packed_leaves_no_object(owner: User) -> None:
    claim, target = begun(owner)
    exports.remove_export(claim.row.pk)
    with pytest.raises(objects.StorageUnavailable):
        target.complete()
    assert not exports.finish(claim, target.size)
    assert not keys_below(objects.EXPORTS)
    assert not uploads_under_way()


def test_what_an_export_left_behind_without_a_row_goes(owner: User, as_owner: Client) -> None:
    request_by(as_owner)
    run_maintenance()
    kept = Export.objects.get().key
    nobodys = uuid.uuid4()
    stray = exports.key_of(nobodys, 1)
    objects.put(stray, b"left behind", "application/zip")
    MultipartObject(exports.key_of(nobodys, 2), "application/zip").write(
        bytes(multipart.PART_BYTES)
    )
    assert remove_orphans() == 0  # too young: its row may be on the way
    assert remove_orphans(timezone.now() + ORPHAN_AGE) == 2
    assert keys_below(objects.EXPORTS) == {kept}
    assert not uploads_under_way()


def test_parts_of_an_export_that_is_being_packed_stay(owner: User) -> None:
    _claim, target = begun(owner)
    assert remove_orphans(timezone.now() + ORPHAN_AGE) == 0
    target.complete()
    assert all_user_keys() == {target.key}


def test_a_person_prepares_a_few_exports_a_day(
    as_owner: Client, owner: User, settings: Any
) -> None:
    settings.FASI_EXPORTS_PER_DAY = 2
    for _ in range(2):
        as_owner.post("/account/data/export/")
        exports.remove_export(Export.objects.get(owner=owner).pk)
    page = as_owner.post("/account/data/export/", follow=True).content.decode()
    assert "You’ve reached today’s limit of 2 exports." in page
    assert not Export.objects.exists()
