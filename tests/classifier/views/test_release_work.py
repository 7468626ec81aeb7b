"""Staff pages and commands: backfills, shadows, and the comparison with the active release."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from classifier.models import AuditEntry, Backfill, Release, Review
from classifier.releases.backfills import BackfillRefused
from classifier.reviews.verdicts import record_review
from tests.conftest import signed_in
from tests.support.at_once import at_once
from tests.support.factories import add_outfit, add_prediction, another_release

PAGE = "/staff/releases/candidate/"


@pytest.fixture
def candidate(release: Release) -> Release:
    return another_release(release, "candidate")


@pytest.fixture
def compared(owner: User, staff: User, release: Release, candidate: Release) -> None:
    """Twenty outfits on which the candidate is right, five where both are."""
    owner.consents.create(given=True)
    for number in range(25):
        said = add_outfit(owner, release, "formal" if number < 20 else "boho", confidence=0.8)
        add_prediction(said.outfit, candidate, "boho", confidence=0.7, shown=False)
        record_review(said, staff.pk, Review.Role.STAFF, "boho")


def test_staff_begin_pause_resume_and_cancel_a_backfill(
    as_staff: Client, owner: User, release: Release, candidate: Release
) -> None:
    add_outfit(owner, release, "formal")
    answer = as_staff.post(f"{PAGE}backfill/", {"action": "start", "scope": "all"}, follow=True)
    page = answer.content.decode()
    assert "It predicts in the background now." in page
    assert "0 of 1 outfits" in page
    job = Backfill.objects.get()
    for action, status in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        as_staff.post(f"{PAGE}backfill/", {"action": action, "job": job.pk})
        job.refresh_from_db()
        assert job.status == status
    late = as_staff.post(f"{PAGE}backfill/", {"action": "pause", "job": job.pk}, follow=True)
    assert "This changed in the meantime" in late.content.decode()
    noted = AuditEntry.objects.filter(action__startswith="backfill_").order_by("pk")
    assert [each.details["what"] for each in noted] == ["start", "pause", "resume", "cancel"]


def test_a_second_backfill_is_refused_in_the_readers_language(
    as_staff: Client, owner: User, release: Release, candidate: Release
) -> None:
    start = {"action": "start", "scope": "all"}
    as_staff.post(f"{PAGE}backfill/", start)
    answer = as_staff.post(f"{PAGE}backfill/", start, follow=True)
    assert "candidate already has a job of this kind in progress." in answer.content.decode()
    korean = {"Accept-Language": "ko"}
    answer = as_staff.post(f"{PAGE}backfill/", start, follow=True, headers=korean)
    assert "candidate에는 이미 같은 종류의 작업이 진행 중입니다." in answer.content.decode()
    assert Backfill.objects.count() == 1


def all_click(staff: User, address: str, **form: str | int) -> None:
    """Four browsers send this at the same moment."""
    browsers = [signed_in(staff) for _ in range(4)]
    answers = at_once(4, lambda number: browsers[number].post(address, form).status_code)
    assert answers == [302] * 4


def test_of_several_clicks_at_once_one_begins_pauses_resumes_or_cancels_a_backfill(
    staff: User, owner: User, release: Release, candidate: Release
) -> None:
    add_outfit(owner, release, "formal")
    all_click(staff, f"{PAGE}backfill/", action="start", scope="all")
    job = Backfill.objects.get()
    for action, status in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        all_click(staff, f"{PAGE}backfill/", action=action, job=job.pk)
        job.refresh_from_db()
        assert job.status == status
    noted = AuditEntry.objects.filter(action__startswith="backfill_").order_by("pk")
    assert [each.details["what"] for each in noted] == ["start", "pause", "resume", "cancel"]


def test_of_several_clicks_at_once_one_begins_a_shadow(staff: User, candidate: Release) -> None:
    all_click(staff, PAGE, action="shadow")
    job = Backfill.objects.get()
    assert (job.kind, job.status) == ("shadow", "queued")
    Backfill.objects.all().delete()  # a shadow that has lost its job
    all_click(staff, f"{PAGE}backfill/", action="shadow", percent="50")
    assert Backfill.objects.get().share == 0.5


def test_a_release_that_is_put_in_shadow_gets_a_share_that_staff_change(
    as_staff: Client, candidate: Release
) -> None:
    as_staff.post(PAGE, {"action": "shadow"})
    job = Backfill.objects.get()
    assert (job.kind, job.share) == ("shadow", 0.1)
    page = as_staff.get(PAGE).content.decode()
    assert 'name="percent"' in page
    as_staff.post(f"{PAGE}backfill/", {"action": "shadow", "percent": "50"})
    job.refresh_from_db()
    assert job.share == 0.5


def test_a_release_without_a_job_becomes_no_shadow(
    as_staff: Client, candidate: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise BackfillRefused("candidate has one that is not over yet.")

    monkeypatch.setattr("classifier.views.releases.start_shadow", refuses)
    page = as_staff.post(PAGE, {"action": "shadow"}, follow=True).content.decode()
    assert "has one that is not over yet" in page
    candidate.refresh_from_db()
    assert candidate.status == Release.Status.CANDIDATE


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"action": "burn"},
        {"action": "start", "scope": "half"},
        {"action": "shadow", "percent": "0"},
        {"action": "shadow", "percent": "1e1"},
        {"action": "shadow", "percent": "0001" + "9" * 5000},
        {"action": "shadow", "percent": "0001" + "0" * 400},
        {"action": "pause", "job": "x"},
        {"action": "pause", "job": "9" * 30},
    ],
)
def test_what_no_page_sends_is_refused(
    as_staff: Client, candidate: Release, form: dict[str, str]
) -> None:
    assert as_staff.post(f"{PAGE}backfill/", form).status_code == 400


def test_the_comparison_says_what_the_rule_says(
    as_staff: Client, compared: None, settings: object
) -> None:
    page = as_staff.get(f"{PAGE}comparison/").content.decode()
    assert "Don’t promote yet: there are only 25 reviewed photos to compare on" in page
    settings.FASI_PROMOTE_PHOTOS = 20  # type: ignore[attr-defined]
    page = as_staff.get(f"{PAGE}comparison/").content.decode()
    assert "Promote it: on 25 reviewed photos it gains +80.0 points" in page
    assert "On 25 reviewed photos of 1 person<" in page
    assert "Where they disagree" in page
    assert page.count("/thumb.jpg") == 20
    assert "They agree on 20% of the 25 newest outfits" in page
    User.objects.filter(username="owner").update(is_active=False)
    assert "/thumb.jpg" not in as_staff.get(f"{PAGE}comparison/").content.decode()


def test_only_staff_who_may_see_it(
    as_owner: Client, as_staff: Client, release: Release, candidate: Release
) -> None:
    for address in (f"{PAGE}comparison/", f"{PAGE}backfill/"):
        assert as_owner.get(address).status_code == 403
        assert Client().get(address).status_code == 302
    page = as_staff.get(f"/staff/releases/{release.name}/comparison/").content.decode()
    assert "There is no other active release" in page


def test_the_commands_do_the_same(
    compared: None, release: Release, candidate: Release, settings: object
) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("release", *words, stdout=out)
        return out.getvalue()

    assert "20% of the new photos" in said("shadow", "candidate", "--share", "0.2")
    assert "25 outfits in the background" in said("backfill", "candidate", "--reviewed")
    assert "paused" in said("backfill", "candidate", "--pause")
    assert "cancelled" in said("backfill", "candidate", "--cancel")
    with pytest.raises(CommandError, match="no backfill"):
        said("backfill", "candidate", "--cancel")
    assert "McNemar" in said("compare", release.name, "candidate")
    told = json.loads(said("compare", release.name, "candidate", "--json"))
    assert (told["promote"], told["reason"], told["photos"]) == (False, "too_few_photos", 25)
    assert told["gain"]["value"] == 0.8
    with pytest.raises(CommandError, match="There is no release"):
        said("compare", "nobody", "candidate")
