"""A candidate that promotes itself: only when it may, and only by the rule."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.models import AuditEntry, Backfill, Release, Retraining, Review
from classifier.releases import backfills
from classifier.releases.comparing import comparison_of
from classifier.releases.comparison import Rule, judge
from classifier.retraining.promotion import promote_what_is_better, shadow_by_itself
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit, add_prediction, another_release

Status = Release.Status


@pytest.fixture
def candidate(release: Release, settings: Any) -> Release:
    """Of a retraining; settings that let it promote itself by twenty photos."""
    settings.FASI_RETRAIN_PROMOTE = True
    settings.FASI_PROMOTE_PHOTOS = 20
    made = another_release(release, "retrained")
    Release.objects.filter(pk=made.pk).update(status=Status.CANDIDATE)
    Retraining.objects.create(status="done", release=made)
    made.refresh_from_db()
    return made


def review(owner: User, active: Release, candidate: Release, photos: int, right: int) -> None:
    """Photos that people called boho: the active one never said so, the candidate did for some."""
    for number in range(photos):
        prediction = add_outfit(owner, active, "formal")
        said = "boho" if number < right else "casual"
        add_prediction(prediction.outfit, candidate, said, shown=False)
        record_review(prediction, owner.pk, Review.Role.OWNER, "boho")


def status(release: Release) -> str:
    release.refresh_from_db()
    return release.status


def test_a_candidate_first_goes_to_shadow(candidate: Release) -> None:
    shadow_by_itself(candidate)
    assert status(candidate) == Status.SHADOW
    assert Backfill.objects.get().release == candidate
    shadow_by_itself(candidate)
    assert Backfill.objects.count() == 1


def test_one_that_the_rule_lets_through_is_promoted(
    candidate: Release, release: Release, owner: User
) -> None:
    shadow_by_itself(candidate)
    review(owner, release, candidate, photos=25, right=25)
    assert promote_what_is_better() == [candidate]
    assert (status(candidate), status(release)) == (Status.ACTIVE, Status.RETIRED)
    assert AuditEntry.objects.filter(action="release_activated").exists()


@pytest.mark.parametrize(
    ("photos", "right"), [(10, 10), (25, 0)], ids=["too few photos", "no better"]
)
def test_one_that_it_does_not_stays_in_shadow(
    candidate: Release, release: Release, owner: User, photos: int, right: int
) -> None:
    shadow_by_itself(candidate)
    review(owner, release, candidate, photos, right)
    assert promote_what_is_better() == []
    assert (status(candidate), status(release)) == (Status.SHADOW, Status.ACTIVE)


def test_nothing_promotes_itself_unless_the_settings_say_so(
    candidate: Release, release: Release, owner: User, settings: Any
) -> None:
    settings.FASI_RETRAIN_PROMOTE = False
    shadow_by_itself(candidate)
    assert status(candidate) == Status.CANDIDATE
    Release.objects.filter(pk=candidate.pk).update(status=Status.SHADOW)
    review(owner, release, candidate, photos=25, right=25)
    assert promote_what_is_better() == []
    assert status(release) == Status.ACTIVE


def test_a_shadow_that_no_retraining_made_is_left_to_people(
    candidate: Release, release: Release, owner: User
) -> None:
    Retraining.objects.all().delete()
    Release.objects.filter(pk=candidate.pk).update(status=Status.SHADOW)
    review(owner, release, candidate, photos=25, right=25)
    assert promote_what_is_better() == []
    assert status(release) == Status.ACTIVE


def test_the_shadow_of_an_earlier_retraining_retires_when_the_next_comes(
    candidate: Release, release: Release
) -> None:
    shadow_by_itself(candidate)
    chosen = another_release(release, "chosen by staff")
    Release.objects.filter(pk=chosen.pk).update(status=Status.SHADOW)
    later = another_release(release, "retrained later")
    Retraining.objects.create(status="done", release=later)
    shadow_by_itself(later)
    assert (status(candidate), status(later)) == (Status.RETIRED, Status.SHADOW)
    assert status(chosen) == Status.SHADOW
    shadow_by_itself(candidate)
    promote_what_is_better()
    assert (status(candidate), status(later)) == (Status.RETIRED, Status.SHADOW)


@pytest.mark.parametrize("left", [Status.CANDIDATE, Status.SHADOW])
def test_what_a_killed_process_left_undone_is_done_within_the_hour(
    candidate: Release, left: Release.Status
) -> None:
    Release.objects.filter(pk=candidate.pk).update(status=left)
    promote_what_is_better()
    assert status(candidate) == Status.SHADOW
    assert (Backfill.objects.get().release, Backfill.objects.get().kind) == (candidate, "shadow")


def test_a_shadow_whose_job_staff_cancelled_gets_no_other(candidate: Release) -> None:
    shadow_by_itself(candidate)
    backfills.cancel(Backfill.objects.get().pk)
    promote_what_is_better()
    assert Backfill.objects.get().status == "cancelled"


def test_a_candidate_that_gets_no_job_becomes_no_shadow(candidate: Release, settings: Any) -> None:
    settings.FASI_RETRAIN_SHADOW = 20.0
    shadow_by_itself(candidate)
    assert status(candidate) == Status.CANDIDATE
    assert not Backfill.objects.exists()


def test_a_gain_that_may_be_luck_of_many_looks_promotes_nothing(
    candidate: Release, release: Release, owner: User
) -> None:
    shadow_by_itself(candidate)
    review(owner, release, candidate, photos=40, right=6)
    rule = Rule.from_settings()
    assert judge(comparison_of(release, candidate), rule).promote, "to whoever looks once"
    assert promote_what_is_better() == []
