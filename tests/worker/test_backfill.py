"""Backfills and shadows with the real engine: what is predicted, by whom, and what is shown."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from classifier.lifecycle.removal import remove_outfit
from classifier.models import Backfill, Outfit, Prediction, Release, Review
from classifier.releases import backfills
from classifier.releases.backfills import BackfillRefused
from classifier.releases.lifecycle import promote, roll_back
from classifier.releases.stretches import following
from classifier.reviews.verdicts import record_review
from classifier.storage import objects
from inference.bundle import write_sums
from tests.support.factories import add_outfit, add_prediction
from worker.classification import work
from worker.jobs import backfill
from worker.jobs.backfill import run_backfills
from worker.loaded_model import load
from worker.releases import register

Make = Callable[..., Outfit]


@pytest.fixture(scope="session")
def _other() -> dict[str, Any]:
    """The columns of the other release: its files are hashed and stored once for all tests."""
    return {}


@pytest.fixture
def other(release: Release, starter_copy: Callable[[], Path], _other: dict[str, Any]) -> Release:
    """A candidate with a bundle of its own: the starter with another card."""
    if _other:
        return Release.objects.create(**_other)
    folder = starter_copy()
    (folder / "MODEL_CARD.md").write_text("# another card\n")
    write_sums(folder)
    other = register(folder, "other", allow_older=True)
    other.refresh_from_db()
    _other.update({each.attname: getattr(other, each.attname) for each in Release._meta.fields})
    return other


@pytest.fixture
def outfits(make_outfit: Make, release: Release) -> list[Outfit]:
    """Three that the active release has predicted."""
    made = [make_outfit(seed) for seed in range(3)]
    assert work(budget_s=30) == 3
    return made


def shadow(release: Release) -> None:
    Release.objects.filter(pk=release.pk).update(status="shadow")
    release.refresh_from_db()


def predicted_by(release: Release) -> set[Any]:
    return set(release.predictions.values_list("outfit", flat=True))


def test_a_candidate_predicts_old_outfits_and_nobody_sees_it(
    outfits: list[Outfit], release: Release, other: Release
) -> None:
    job = backfills.start_backfill(other)
    assert job.total == 3
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.done, job.predicted, job.skipped) == ("done", 3, 3, 0)
    assert predicted_by(other) == {each.pk for each in outfits}
    assert not other.predictions.filter(shown=True).exists()
    said = [
        [
            (each.style, each.kind, round(each.confidence, 2))
            for each in by.predictions.order_by("outfit")
        ]
        for by in (release, other)
    ]
    assert said[0] == said[1]


def test_the_promoted_release_speaks_for_old_outfits_and_corrections_stay(
    outfits: list[Outfit], owner: User, release: Release, other: Release
) -> None:
    corrected = outfits[0]
    said = corrected.predictions.get()
    wrong = next(each for each in release.styles.ids if each != said.style)
    record_review(said, owner.pk, Review.Role.OWNER, wrong)
    # What it said as a shadow is adopted, and not computed again.
    adopted = add_prediction(outfits[1], other, wrong, confidence=0.4, shown=False)
    promote(other)
    other.refresh_from_db()
    job = backfills.start_backfill(other)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.done, job.predicted) == ("done", 3, 2)
    assert set(other.predictions.values_list("shown", flat=True)) == {True}
    assert Prediction.objects.count() == 6
    corrected.refresh_from_db()
    assert (corrected.style, corrected.certainty) == (wrong, "corrected")
    assert corrected.predictions.get(shown=True).release == other
    outfits[1].refresh_from_db()
    assert (outfits[1].style, outfits[1].certainty) == (wrong, "unsure")
    assert Prediction.objects.get(pk=adopted.pk).shown

    # Rolled back: the older release speaks again, and nothing is computed.
    roll_back(other.name)
    release.refresh_from_db()
    job = backfills.start_backfill(release)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.done, job.predicted) == ("done", 3, 0)
    assert set(release.predictions.values_list("shown", flat=True)) == {True}
    corrected.refresh_from_db()
    assert (corrected.style, corrected.certainty) == (wrong, "corrected")


def test_a_shadow_follows_its_share_of_live_traffic_until_it_ends(
    outfits: list[Outfit], make_outfit: Make, other: Release
) -> None:
    shadow(other)
    job = backfills.start_shadow(other, 1.0)
    new = [make_outfit(seed) for seed in (10, 11)]
    assert work(budget_s=30) == 2
    run_backfills()
    assert predicted_by(other) == {each.pk for each in new}
    job.refresh_from_db()
    assert (job.status, job.done) == ("queued", 2)
    # A smaller share from now on; what is due goes on where it was.
    assert backfills.start_shadow(other, 0.25).pk == job.pk
    Release.objects.filter(pk=other.pk).update(status="candidate")
    run_backfills()
    job.refresh_from_db()
    assert job.status == "done"


def test_a_share_is_chosen_by_the_outfits_id_and_grows(
    owner: User, release: Release, other: Release
) -> None:
    made = {add_outfit(owner, release, "formal").outfit_id for _ in range(200)}

    def chosen(share: float) -> set[Any]:
        since = Outfit.objects.earliest("classified").classified
        assert since
        row = Backfill(release=other, kind="shadow", share=share, until=since)
        return {each.id for each in following(row, 1000)}

    assert chosen(1.0) == made
    assert 20 <= len(chosen(0.25)) <= 80
    assert chosen(0.1) <= chosen(0.25) <= chosen(0.5)
    assert chosen(0.25) == chosen(0.25)


def test_a_backfill_can_be_paused_resumed_and_cancelled(
    outfits: list[Outfit], other: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "PHOTOS", 1)
    job = backfills.start_backfill(other)
    predict = backfill._predict

    def paused_meanwhile(*arguments: Any) -> Any:
        assert backfills.pause(job.pk) or other.predictions.exists()
        return predict(*arguments)

    monkeypatch.setattr(backfill, "_predict", paused_meanwhile)
    run_backfills()
    job.refresh_from_db()
    # The step whose lease was lost has written nothing.
    assert (job.status, job.done, other.predictions.count()) == ("paused", 0, 0)
    monkeypatch.setattr(backfill, "_predict", predict)
    run_backfills()
    assert not other.predictions.exists()
    assert backfills.resume(job.pk)
    assert not backfills.resume(job.pk)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, other.predictions.count()) == ("done", 3)
    assert not backfills.cancel(job.pk)
    again = backfills.start_backfill(other)
    assert backfills.cancel(again.pk)
    run_backfills()
    again.refresh_from_db()
    assert (again.status, again.done) == ("cancelled", 0)


def test_a_photo_that_is_gone_or_was_deleted_holds_up_nobody(
    outfits: list[Outfit], other: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects.remove([outfits[0].thumb_key])
    predict = backfill._predict

    def deleted_meanwhile(*arguments: Any) -> Any:
        predictions = predict(*arguments)
        remove_outfit(outfits[1])
        return predictions

    monkeypatch.setattr(backfill, "_predict", deleted_meanwhile)
    job = backfills.start_backfill(other)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.done, job.predicted, job.skipped) == ("done", 3, 1, 1)
    assert predicted_by(other) == {outfits[2].pk}


def test_only_reviewed_outfits_where_that_was_asked(
    owner: User, outfits: list[Outfit], other: Release
) -> None:
    said = outfits[1].predictions.get()
    record_review(said, owner.pk, Review.Role.OWNER, said.style)
    job = backfills.start_backfill(other, Backfill.Scope.REVIEWED)
    assert job.total == 1
    run_backfills()
    assert predicted_by(other) == {outfits[1].pk}


def test_a_photo_that_ends_workers_is_passed_over(
    outfits: list[Outfit], other: Release, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = backfills.start_backfill(other)
    Backfill.objects.filter(pk=job.pk).update(deaths=settings.FASI_MAX_ATTEMPTS)

    def load_behind_it(release: Release) -> Any:
        assert Backfill.objects.get().skipped == 1, "it may be the loading that ends them"
        return load(release)

    monkeypatch.setattr(backfill, "load", load_behind_it)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.done, job.skipped) == ("done", 3, 1)
    assert other.predictions.count() == 2


def test_a_disk_that_is_full_is_told_and_no_photos_fault(
    outfits: list[Outfit], other: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Release) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backfill, "load", full)
    job = backfills.start_backfill(other)
    for _ in range(5):
        Backfill.objects.update(not_before=job.created)
        run_backfills()
        job.refresh_from_db()
        assert (job.status, job.deaths) == ("queued", 0)
        assert "No space left on device" in job.error_text
    monkeypatch.setattr(backfill, "load", load)
    Backfill.objects.update(not_before=job.created)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.predicted, job.skipped) == ("done", 3, 0)


def test_a_bundle_that_cannot_run_fails_the_job_with_its_reason(
    outfits: list[Outfit], other: Release
) -> None:
    Release.objects.filter(pk=other.pk).update(sha256="0" * 64)
    job = backfills.start_backfill(other)
    run_backfills()
    job.refresh_from_db()
    assert job.status == "failed"
    assert "is not the bundle of release other" in job.error_text


def test_what_cannot_be_begun_says_why(outfits: list[Outfit], other: Release) -> None:
    backfills.start_backfill(other)
    with pytest.raises(BackfillRefused, match="a job of this kind in progress"):
        backfills.start_backfill(other)
    with pytest.raises(BackfillRefused, match="is not in shadow"):
        backfills.start_shadow(other, 0.1)
    shadow(other)
    with pytest.raises(BackfillRefused, match="up to 1"):
        backfills.start_shadow(other, 1.5)
    Release.objects.filter(pk=other.pk).update(status="retired")
    other.refresh_from_db()
    with pytest.raises(BackfillRefused, match="retired"):
        backfills.start_backfill(other)


def test_a_backfill_waits_for_what_is_being_written(outfits: list[Outfit], other: Release) -> None:
    """An outfit counts as classified when its transaction began, and is seen when that ends."""
    slow = connection.copy()
    try:
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute("SELECT 1")
        job = backfills.start_backfill(other)
        run_backfills()
        job.refresh_from_db()
        assert (job.status, job.done) == ("queued", 0)
        slow.rollback()
    finally:
        slow.close()
    Backfill.objects.update(not_before=job.created)
    run_backfills()
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 3)
