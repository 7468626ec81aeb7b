"""Batches on the site's pages: begin, progress, failures, CSV, cancel."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from classifier.batches.service import cancel
from classifier.lifecycle.attempts import put_back
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.requeue import requeue
from classifier.models import Batch, Outfit, Release, Review, Unpacking
from classifier.orphans import ORPHAN_AGE, remove_orphans
from classifier.personal_data.erasure import close_account
from classifier.reviews.verdicts import record_review
from classifier.storage import objects
from tests.support.bucket import all_user_keys, keys_below, take_away
from tests.support.factories import add_outfit
from tests.support.images import outfit_jpeg
from tests.support.zipping import zip_of_photos
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

Make = Callable[..., Outfit]
JSON = {"Accept": "application/json"}


def photos(*seeds: int) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{seed}.jpg", outfit_jpeg(seed)) for seed in seeds]


def begin(client: Client, *files: SimpleUploadedFile, name: str = "closet") -> Batch:
    answer = client.post("/batches/", {"name": name, "photo": list(files)})
    assert answer.status_code == 302, answer.content
    batch = Batch.objects.latest("created")
    assert answer["Location"] == f"/batches/{batch.pk}/"
    return batch


def begin_zip(client: Client, *seeds: int) -> Batch:
    file = SimpleUploadedFile("closet.zip", zip_of_photos(*seeds))
    assert client.post("/batches/", {"archive": file}).status_code == 302
    return Batch.objects.latest("created")


def counts(client: Client, batch: Batch) -> str:
    return client.get(f"/batches/{batch.pk}/").content.decode()


def test_a_folder_becomes_a_batch_with_results(as_owner: Client, release: Release) -> None:
    batch = begin(as_owner, *photos(1, 2), SimpleUploadedFile("notes.txt", b"no photo"))
    page = counts(as_owner, batch)
    assert 'data-status="pending"' in page
    assert 'data-count="waiting">2<' in page
    assert 'data-reason="not_an_image"' in page
    work(budget_s=30)
    state = as_owner.get(f"/batches/{batch.pk}/state/")
    assert state["HX-Trigger"] == "batch-ended"
    assert 'data-status="finished"' in state.content.decode()
    assert 'data-count="done">2<' in state.content.decode()
    assert as_owner.get(f"/batches/{batch.pk}/results/").content.count(b'data-status="done"') == 2
    listed = as_owner.get("/batches/").content.decode()
    assert "2 styles found" in listed
    assert "1 file skipped" in listed


def test_a_script_begins_a_batch_and_sends_its_photos_after(as_owner: Client) -> None:
    begun = as_owner.post("/batches/", {"name": "closet"}, headers=JSON)
    assert begun.status_code == 201
    address = begun.json()["photos_url"]
    files = [*photos(1), SimpleUploadedFile("notes.txt", b"no photo")]
    answer = as_owner.post(address, {"photo": files}, headers=JSON)
    assert [(each["name"], each["reason"]) for each in answer.json()["refused"]] == [
        ("notes.txt", "not_an_image")
    ]
    assert Batch.objects.get().total == 1


def test_a_script_is_told_when_to_go_on(as_owner: Client, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_MINUTE = 2
    batch = begin(as_owner, *photos(1, 2))
    answer = as_owner.post(f"/batches/{batch.pk}/photos/", {"photo": photos(3, 4)}, headers=JSON)
    assert (answer.status_code, answer.json()["reason"]) == (429, "too_many_requests")
    assert 0 < answer.json()["retry_after_s"] <= 60
    assert batch.left_out.count() == 0


def test_nothing_is_said_to_be_nothing(as_owner: Client) -> None:
    answer = as_owner.post("/batches/", {"name": "closet"})
    assert answer.status_code == 422
    assert b'data-reason="no_files"' in answer.content


def test_limits_stand_on_the_page(as_owner: Client) -> None:
    page = as_owner.get("/batches/").content.decode().replace("\xa0", " ")
    assert "Up to 500 MB and 2,000 files, 1 GB unpacked" in page


def test_a_photo_that_was_there_before_is_shown_where_it_is(
    as_owner: Client, make_outfit: Make
) -> None:
    known = make_outfit(1)
    batch = begin(as_owner, *photos(1, 2))
    page = counts(as_owner, batch)
    assert f'href="/outfits/{known.pk}/">1.jpg' in page
    assert Outfit.objects.filter(batch=batch).count() == batch.total == 1


def test_strangers_see_no_batch(as_owner: Client, as_stranger: Client) -> None:
    batch = begin(as_owner, *photos(1))
    for path in ("", "state/", "results/", "results.csv"):
        assert as_stranger.get(f"/batches/{batch.pk}/{path}").status_code == 404, path
    for path in ("photos/", "cancel/"):
        assert as_stranger.post(f"/batches/{batch.pk}/{path}").status_code == 404, path
    assert b"closet" not in as_stranger.get("/batches/").content
    assert Client().get(f"/batches/{batch.pk}/").status_code == 302


def test_results_are_counted_by_style_and_filtered(
    as_owner: Client, owner: User, release: Release
) -> None:
    batch = Batch.objects.create(owner=owner, name="closet", total=5)
    worn = [add_outfit(owner, release, style) for style in ("formal", "formal", "boho")]
    landscape = add_outfit(owner, release, "formal", kind="none")
    other = add_outfit(owner, release, "formal")
    record_review(other, owner.pk, Review.Role.OWNER, answer=Review.Answer.NO_STYLE)
    Outfit.objects.update(batch=batch)
    Outfit.objects.filter(pk=worn[2].outfit_id).update(original_name="skirt.jpg")
    page = counts(as_owner, batch)
    found = dict(re.findall(r'data-group="([^"]+)">(\d+)<', page))
    assert found == {"formal": "2", "boho": "1", "other:no-outfit": "1", "other:no-style": "1"}
    assert ">skirt.jpg</span>" in page
    for only, shown in {
        "formal": worn[:2],
        "boho": worn[2:],
        "other:no-outfit": [landscape],
        "other:no-style": [other],
        "punk": [],
    }.items():
        part = as_owner.get(f"/batches/{batch.pk}/?only={only}").content.decode()
        ids = set(re.findall(r'<a href="/outfits/([0-9a-f-]{36})/">', part))
        assert ids == {str(each.outfit_id) for each in shown}, only
    asked = as_owner.get(f"/batches/{batch.pk}/results/?only=boho").content.decode()
    assert "/results/?only=boho" in asked, "what is loaded again is filtered again"


@pytest.mark.parametrize("ending", [".zip", ".ZIP", ".Zip"])
def test_a_zip_names_its_batch_without_its_ending(as_owner: Client, ending: str) -> None:
    file = SimpleUploadedFile(f"my.closet{ending}", zip_of_photos(1))
    assert as_owner.post("/batches/", {"archive": file}).status_code == 302
    assert Batch.objects.get().name == "my.closet"


def test_the_csv_has_a_line_for_every_file(as_owner: Client, release: Release) -> None:
    odd = SimpleUploadedFile("=cmd.jpg", outfit_jpeg(2))
    batch = begin(as_owner, *photos(1), odd, SimpleUploadedFile("notes.txt", b"no photo"))
    work(budget_s=30)
    answer: Any = as_owner.get(f"/batches/{batch.pk}/results.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="closet.csv"'
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = {row["path"]: row for row in csv.DictReader(StringIO(text))}
    assert set(rows) == {"1.jpg", "'=cmd.jpg", "notes.txt"}
    outfit = Outfit.objects.get(original_name="1.jpg")
    assert rows["1.jpg"]["style"] == outfit.style
    assert rows["1.jpg"]["top"].startswith(f"{outfit.style}:{rows['1.jpg']['confidence']}")
    assert rows["notes.txt"]["error"] == "not_an_image"


def test_the_csv_says_what_is_no_outfit_and_what_else_a_style_may_be(
    as_owner: Client, owner: User, release: Release
) -> None:
    batch = Batch.objects.create(owner=owner, name="closet", total=2)
    worn = add_outfit(owner, release, "formal", style_set=("formal", "boho"))
    landscape = add_outfit(owner, release, "formal", kind="none", style_set=("formal",))
    Outfit.objects.update(batch=batch)
    answer: Any = as_owner.get(f"/batches/{batch.pk}/results.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    first, second = csv.DictReader(StringIO(text))
    assert (first["kind"], first["style"], first["set"]) == ("outfit", "formal", "formal boho")
    assert (second["kind"], second["style"], second["set"]) == ("none", "", "")
    assert (second["confidence"], second["decided"]) == ("", "false")
    record_review(landscape, owner.pk, Review.Role.OWNER, answer=Review.Answer.OUTFIT)
    record_review(worn, owner.pk, Review.Role.OWNER, answer=Review.Answer.NOT_AN_OUTFIT)
    answer = as_owner.get(f"/batches/{batch.pk}/results.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    first, second = csv.DictReader(StringIO(text))
    assert (first["kind"], first["style"], second["kind"], second["style"]) == (
        "none",
        "",
        "outfit",
        "formal",
    )


def test_a_failed_outfit_is_told_with_its_reason(as_owner: Client, release: Release) -> None:
    batch = begin(as_owner, *photos(1))
    objects.remove(Outfit.objects.values_list("thumb_key", flat=True))
    work(budget_s=30)
    page = counts(as_owner, batch)
    assert 'data-reason="object_missing"' in page
    assert 'data-count="failed">1<' in page


def test_a_single_photo_is_claimed_before_any_of_a_batch(
    as_owner: Client, make_outfit: Make, stranger: User
) -> None:
    begin(as_owner, *photos(1, 2, 3))
    begin_zip(as_owner, 4, 5)
    run_maintenance()
    own, others = make_outfit(10), make_outfit(11, user=stranger)
    first = claim_outfits("worker", 2)
    assert {claim.outfit_id for claim in first} == {own.pk, others.pk}
    assert len(claim_outfits("worker", 10)) == 5


def test_cancelling_keeps_results_and_removes_what_waits(
    as_owner: Client, release: Release
) -> None:
    batch = begin(as_owner, *photos(1))
    work(budget_s=30)
    as_owner.post(f"/batches/{batch.pk}/photos/", {"photo": photos(2, 3)})
    (held,) = claim_outfits("worker", 1)
    assert as_owner.post(f"/batches/{batch.pk}/cancel/").status_code == 302
    assert claim_outfits("worker", 10) == []  # at once, before anything is removed
    run_maintenance()
    assert Outfit.objects.filter(status="queued").count() == 0
    put_back([held], Failure.STORAGE_UNAVAILABLE, "S3 was away")
    assert 'data-status="pending"' in counts(as_owner, batch)
    run_maintenance()
    (left,) = Outfit.objects.filter(batch=batch)
    assert left.status == Outfit.Status.DONE
    assert all_user_keys() == {left.photo_key, left.thumb_key}
    assert 'data-status="cancelled"' in counts(as_owner, batch)


def test_a_cancelled_batch_takes_no_photo(as_owner: Client) -> None:
    batch = begin(as_owner, *photos(1))
    cancel(batch)
    answer = as_owner.post(f"/batches/{batch.pk}/photos/", {"photo": photos(2)}, headers=JSON)
    assert (answer.status_code, answer.json()["reason"]) == (409, "batch_cancelled")
    run_maintenance()
    assert not Outfit.objects.exists()
    assert all_user_keys() == set()


def test_cancelling_stops_a_zip(as_owner: Client) -> None:
    batch = begin_zip(as_owner, 1, 2)
    assert keys_below(objects.BATCHES) != set()
    as_owner.post(f"/batches/{batch.pk}/cancel/")
    run_maintenance()
    assert not Outfit.objects.exists()
    assert all_user_keys() == set()
    assert 'data-status="cancelled"' in counts(as_owner, batch)


def test_what_is_queued_again_after_a_cancel_is_not_part_of_it(
    as_owner: Client, make_outfit: Make
) -> None:
    batch = begin(as_owner, *photos(1))
    outfit = Outfit.objects.get()
    Outfit.objects.update(status="failed", error_code="engine_error")
    cancel(batch)
    requeue([outfit.pk], Outfit.Priority.INTERACTIVE)
    run_maintenance()
    assert Outfit.objects.get().status == Outfit.Status.QUEUED


def test_while_s3_is_away_a_cancel_stays_to_be_done(
    as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = begin(as_owner, *photos(1))
    with monkeypatch.context() as away:
        take_away(away)
        as_owner.post(f"/batches/{batch.pk}/cancel/")
        run_maintenance()
        assert Outfit.objects.count() == 1
        assert claim_outfits("worker", 1) == []
    run_maintenance()
    assert not Outfit.objects.exists()


def test_while_s3_is_away_a_zip_is_refused_or_waits(
    as_owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_zip(as_owner, 1)
    with monkeypatch.context() as away:
        take_away(away)
        file = SimpleUploadedFile("closet.zip", zip_of_photos(2))
        assert as_owner.post("/batches/", {"archive": file}).status_code == 503
        run_maintenance()
    assert Unpacking.objects.get().status == Unpacking.Status.QUEUED
    Unpacking.objects.update(not_before=timezone.now())
    run_maintenance()
    assert Outfit.objects.count() == 1


def test_zips_without_a_row_are_orphans(as_owner: Client) -> None:
    begin_zip(as_owner, 1)
    later = timezone.now() + ORPHAN_AGE + timedelta(minutes=1)
    remove_orphans(later)
    assert len(keys_below(objects.BATCHES)) == 1
    Unpacking.objects.all().delete()
    remove_orphans(later)
    assert keys_below(objects.BATCHES) == set()


def test_erasing_an_account_takes_its_zips_along(as_owner: Client, owner: User) -> None:
    begin_zip(as_owner, 1, 2)
    close_account(owner)
    run_maintenance()
    assert not User.objects.filter(pk=owner.pk).exists()
    assert all_user_keys() == set()


def test_results_come_in_pages(as_owner: Client, release: Release, settings: Any) -> None:
    batch = begin(as_owner, *photos(*range(26)))
    work(budget_s=60)
    first = as_owner.get(f"/batches/{batch.pk}/").content.decode()
    assert first.count('data-status="done"') == 24
    following = first.split(f'hx-get="/batches/{batch.pk}/results/?after=')[1].split('"')[0]
    second = as_owner.get(f"/batches/{batch.pk}/results/?after={following}").content.decode()
    assert second.count('data-status="done"') == 2
