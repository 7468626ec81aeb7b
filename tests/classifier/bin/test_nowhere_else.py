"""What is in the bin does not exist elsewhere: one test for each place, and those where it does."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from classifier.access import ticketed
from classifier.batches import csv_export
from classifier.batches.results import groups_of
from classifier.batches.service import progress_of
from classifier.bin.service import restore, throw_away
from classifier.drift.counting import sums_of
from classifier.history.pages import Filters, history_page
from classifier.history.queries import daily_totals, latest_styles, similar_to
from classifier.history.sharing import outfit_of, share
from classifier.history.timeline import timeline_of
from classifier.integrations.tokens import issue_token
from classifier.lifecycle.dead_letters import dead_letters
from classifier.lifecycle.requeue import requeue_all
from classifier.models import (
    Backfill,
    Batch,
    DeletedOutfits,
    Export,
    Outfit,
    Prediction,
    Purpose,
    Release,
    Review,
    ReviewItem,
    Scope,
)
from classifier.orphans import remove_orphans
from classifier.personal_data.consents import record_consent
from classifier.personal_data.erasure import close_account, erase
from classifier.personal_data.exports import claim_export, request_export
from classifier.personal_data.training_examples import examples
from classifier.releases.stretches import count_outfits
from classifier.reviews import agreement
from classifier.reviews.queue import claim
from classifier.reviews.verdicts import record_review
from classifier.reviews.worth import refresh
from classifier.storage import objects
from fasi_site.waiting import FINISHED
from tests.conftest import make_person
from tests.support.factories import add_outfit, make_dead_letter
from worker.jobs.exports import prepare

Make = Callable[..., Outfit]


@pytest.fixture
def kept(owner: User, release: Release) -> Outfit:
    """An outfit that is there."""
    return add_outfit(owner, release, "boho", look=(1.0, 0.1)).outfit


@pytest.fixture
def gone(owner: User, kept: Outfit, release: Release) -> Outfit:
    """One that looks like it, in the bin."""
    outfit = add_outfit(owner, release, "casual", look=(1.0, 0.2)).outfit
    throw_away(owner.pk, [outfit.pk])
    return outfit


def binned(outfit: Outfit) -> None:
    assert throw_away(outfit.owner_id, [outfit.pk]).outfits


def test_history_and_pages(as_owner: Client, owner: User, kept: Outfit, gone: Outfit) -> None:
    page = history_page(owner, Filters(), None)
    assert [each for month in page.months for each in month.outfits] == [kept]
    assert as_owner.get("/outfits/?style=casual").content.decode().count(str(gone.pk)) == 0
    for path in ("", "state/", "why.png", "card.jpg", "photo.jpg", "thumb.jpg", "similar/"):
        assert as_owner.get(f"/outfits/{gone.pk}/{path}").status_code == 404, path
    for path in ("correct/", "share/", "delete/", "day/", "ask-staff/", "try-again/"):
        assert as_owner.post(f"/outfits/{gone.pk}/{path}").status_code == 404, path
    assert str(gone.pk) not in as_owner.get("/").content.decode()


def test_a_ticket_for_its_photo(gone: Outfit) -> None:
    assert Client().get(ticketed("outfit_photo", gone.pk)).status_code == 404


def test_the_chart(owner: User, kept: Outfit, gone: Outfit) -> None:
    cache.clear()
    chart = timeline_of(owner.pk, timezone.localdate())
    assert chart
    assert (chart.total, chart.styles) == (1, ("boho",))


def test_the_profile(owner: User, as_owner: Client, kept: Outfit, gone: Outfit) -> None:
    assert [each.outfits for each in daily_totals(owner.pk)] == [1]
    assert latest_styles(owner.pk) == ["boho"]


def test_similar_outfits(owner: User, kept: Outfit, gone: Outfit) -> None:
    assert similar_to(owner.pk, kept.pk, 5) == {}
    restore(owner.pk, [gone.pk])
    assert set(similar_to(owner.pk, kept.pk, 5)) == {gone.pk}


def test_a_shared_link_and_its_card(owner: User, kept: Outfit) -> None:
    link = share(kept)
    binned(kept)
    assert outfit_of(link.token) is None
    for path in ("", "card.jpg"):
        assert Client().get(f"/s/{link.token}/{path}").status_code == 404
    restore(owner.pk, [kept.pk])
    assert outfit_of(link.token) == kept


def test_the_api(owner: User, kept: Outfit, gone: Outfit) -> None:
    token = issue_token(owner, "test", [Scope.READ]).text
    client = Client(headers={"Authorization": f"Bearer {token}"})
    listed = client.get("/api/v1/outfits").json()["items"]
    assert [each["id"] for each in listed] == [str(kept.pk)]
    assert client.get("/api/v1/outfits?style=casual").json()["items"] == []
    assert client.get("/api/v1/outfits?status=binned").status_code == 422
    assert client.get(f"/api/v1/outfits/{gone.pk}").status_code == 404
    assert client.get("/api/v1/profile").json()["outfits"] == 1


def test_the_review_queue(owner: User, kept: Outfit) -> None:
    record_consent(owner.pk, True)
    reviewer = make_person("reviewer", is_staff=True, is_superuser=True)
    refresh([kept.pk])
    assert ReviewItem.objects.exists()
    binned(kept)
    refresh([kept.pk])
    assert claim(reviewer, 3) == []
    restore(owner.pk, [kept.pk])
    assert [each.outfit for each in claim(reviewer, 3)] == [kept]


def test_what_staff_see(owner: User, as_staff: Client, gone: Outfit, kept: Outfit) -> None:
    record_consent(owner.pk, True)
    for path in ("outfit", "prediction"):
        page = as_staff.get(f"/admin/classifier/{path}/").content.decode()
        assert str(gone.pk) not in page, path
        assert str(kept.pk) in page, path
    assert as_staff.get(f"/outfits/{gone.pk}/thumb.jpg").status_code == 404


def test_failed_photos(make_outfit: Make) -> None:
    outfit = make_dead_letter(make_outfit())
    binned(outfit)
    assert not dead_letters().exists()
    assert requeue_all() == 0


def test_agreement_of_reviewers(owner: User, kept: Outfit) -> None:
    one, two = make_person("one", is_staff=True), make_person("two", is_staff=True)
    prediction = Prediction.objects.get(outfit=kept)
    for person in (one, two):
        record_review(prediction, person.pk, Review.Role.STAFF, "boho")
    assert agreement.of_reviewers()
    binned(kept)
    assert not agreement.of_reviewers()


def test_photos_for_training(owner: User, kept: Outfit, gone: Outfit) -> None:
    record_consent(owner.pk, True)
    for outfit in (kept, gone):
        prediction = Prediction.objects.get(outfit=outfit)
        record_review(prediction, owner.pk, Review.Role.OWNER, prediction.style)
    assert [each.outfit_id for each in examples().outfits] == [kept.pk]


def test_research_data(owner: User, kept: Outfit, tmp_path: Path, release: Release) -> None:
    record_consent(owner.pk, True, Purpose.RESEARCH)
    outfit = add_outfit(owner, release, "casual").outfit
    binned(outfit)
    call_command("export_events", str(tmp_path / "events"))
    rows = pq.read_table(tmp_path / "events" / "events.parquet").to_pylist()
    assert sorted(row["event"] for row in rows) == ["deleted", "predicted", "uploaded"]
    restore(owner.pk, [outfit.pk])
    assert not DeletedOutfits.objects.exists()


def test_a_backfill_and_the_drift_of_traffic(owner: User, kept: Outfit, gone: Outfit) -> None:
    release = Release.objects.get()
    backfill = Backfill(release=release, scope="all", until=timezone.now())
    assert count_outfits(backfill) == 1
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    assert sum(each.photos for each in sums_of(release, monday).values()) == 1


def test_batches(owner: User, as_owner: Client, kept: Outfit, gone: Outfit) -> None:
    batch = Batch.objects.create(owner=owner, name="spring", total=2)
    Outfit.everything.filter(pk__in=[kept.pk, gone.pk]).update(batch=batch)
    assert progress_of([batch])[batch.pk].ended == 1
    assert [each.key for each in groups_of(batch)] == ["boho"]
    assert "casual" not in "".join(csv_export.lines(batch))
    page = as_owner.get(f"/batches/{batch.pk}/results/").content.decode()
    assert (str(kept.pk) in page, str(gone.pk) in page) == (True, False)


def test_whoever_waits_for_it_is_told_at_once(gone: Outfit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FINISHED, [[str(gone.pk), str(uuid.uuid4())]])
        assert len(cursor.fetchall()) == 2


def test_orphans_are_not_what_is_in_the_bin(make_outfit: Make) -> None:
    outfit = make_outfit()
    binned(outfit)
    assert remove_orphans(timezone.now() + timedelta(days=2)) == 0
    assert len(list(objects.listing(objects.OUTFITS))) == 2


def test_the_owners_own_data_has_it_and_says_so(
    owner: User, make_outfit: Make, tmp_path: Path
) -> None:
    there, thrown = make_outfit(1), make_outfit(2)
    binned(thrown)
    assert request_export(owner.pk).total == 2
    export = claim_export("w")
    assert export
    prepare(export)
    key = Export.objects.get().key
    with (tmp_path / "data.zip").open("wb+") as file:
        objects.get_file(key, file)
        archive = ZipFile(file)
        rows: list[dict[str, Any]] = json.loads(archive.read("outfits.json"))
        names = archive.namelist()
    by_id = {row["id"]: row for row in rows}
    assert by_id[str(there.pk)]["in_bin_since"] is None
    assert by_id[str(thrown.pk)]["in_bin_since"]
    assert by_id[str(thrown.pk)]["status"] == "queued"
    assert by_id[str(thrown.pk)]["photo"] in names


def test_an_erased_account_leaves_nothing_in_the_bin(owner: User, make_outfit: Make) -> None:
    outfit = make_outfit()
    binned(outfit)
    close_account(owner)
    erase(owner.pk)
    assert not Outfit.everything.exists()
    assert not list(objects.listing(objects.OUTFITS))
    assert not User.objects.filter(pk=owner.pk).exists()


@pytest.mark.parametrize(
    "filters",
    [
        "",
        "style=casual",
        "certainty=sure",
        "certainty=unsure",
        "certainty=no-outfit",
        "favorite=1",
    ],
)
def test_a_full_bin_costs_the_history_nothing(owner: User, as_owner: Client, filters: str) -> None:
    """Each page of the history is a scan of an index that has nothing of the bin in it."""
    found = Filters.read(dict(parse_qsl(filters))).of(owner)
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SET enable_bitmapscan = off")
        cursor.execute("SET enable_sort = off")
        try:
            plan = found[:25].explain()
        finally:
            cursor.execute("RESET ALL")
    assert "outfit_by_" in plan or "outfit_favorites" in plan, plan
    assert "Filter: " not in plan or "binned" not in plan, plan
