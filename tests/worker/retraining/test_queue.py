"""The job of a retraining: when it begins, who has it, and what ends or stops it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.db.models.functions import Now

from classifier.leases import LeaseLost
from classifier.models import AuditEntry, Release, Retraining, Review, TrainingSplit
from classifier.personal_data.consents import record_consent
from classifier.personal_data.training_photos import write_training_photos
from classifier.retraining import queue
from classifier.retraining.enough import TooFew
from classifier.reviews.verdicts import record_review
from tests.support.bucket import take_away
from tests.support.factories import add_outfit
from worker.jobs.cleaning import remove_expired
from worker.retraining.run import retrain
from worker.retraining.workspace import clean, workspace

Status = Retraining.Status
Fault = Retraining.Fault


@pytest.fixture
def reviewed(owner: User, stranger: User, release: Release, settings: Any, tmp_path: Path) -> None:
    """Rows of six reviewed outfits, half of them of somebody who is held out; no photos."""
    settings.FASI_RETRAIN_PHOTOS = 6
    settings.FASI_RETRAIN_PAUSE_S = 0
    settings.FASI_RETRAIN_FREE_MB = 1
    settings.FASI_TRAINING_PHOTOS = [str(tmp_path / "mine")]
    settings.DATA_DIR = tmp_path / "data"
    for person, out in ((owner, False), (stranger, True)):
        TrainingSplit.objects.create(owner=person, held_out=out)
        record_consent(person.pk, given=True)
        for _ in range(3):
            prediction = add_outfit(person, release, "boho")
            record_review(prediction, person.pk, Review.Role.OWNER, "boho")


def test_too_few_reviewed_photos_are_refused_with_the_number_that_is_missing(
    reviewed: None, settings: Any
) -> None:
    settings.FASI_RETRAIN_PHOTOS = 10
    with pytest.raises(TooFew, match=r"needs 10 .* There are 6; 4 more are needed"):
        queue.request_retraining()
    with pytest.raises(CommandError, match="4 more are needed"):
        call_command("retrain", "--queue")
    assert not Retraining.objects.exists()


def test_where_the_history_is_all_there_is_each_style_needs_photos_on_both_sides(
    reviewed: None, settings: Any
) -> None:
    settings.FASI_TRAINING_PHOTOS = []
    with pytest.raises(TooFew, match=r"5 more reviewed photos .* and 5 more from people held out"):
        queue.request_retraining()


def test_where_nobody_is_held_out_a_model_could_not_be_tested(
    reviewed: None, stranger: User
) -> None:
    TrainingSplit.objects.filter(owner=stranger).update(held_out=False)
    with pytest.raises(TooFew, match="can’t be tested"):
        queue.request_retraining()


def test_without_an_active_release_there_is_nothing_to_improve_on(site: None) -> None:
    with pytest.raises(queue.NoActiveRelease, match="No release is active"):
        queue.request_retraining()


def test_a_second_retraining_at_once_is_refused(reviewed: None) -> None:
    call_command("retrain", "--queue")
    with pytest.raises(queue.AlreadyPending, match="A retraining is already waiting"):
        queue.request_retraining()
    assert queue.claim("one") is not None
    assert queue.claim("two") is None
    with pytest.raises(CommandError, match="A retraining is under way: one, fetching"):
        call_command("retrain")
    with pytest.raises(IntegrityError):
        Retraining.objects.create()
    (entry,) = AuditEntry.objects.filter(action="retraining_queued")
    assert entry.actor_id is None


def test_a_lost_lease_changes_nothing(reviewed: None) -> None:
    queue.request_retraining()
    first = queue.claim("first")
    assert first is not None
    Retraining.objects.update(lease_until=Now())
    assert queue.return_expired() == 1
    second = queue.claim("second")
    assert second is not None
    with pytest.raises(LeaseLost):
        queue.begin(first, Retraining.Phase.FIT, further=True)
    assert not queue.finish(first, Release.objects.get())
    queue.put_back(first, Fault.KILLED, "late")
    row = Retraining.objects.get()
    assert (row.status, row.claimed_by, row.phase) == (Status.RUNNING, "second", "export")
    assert row.error_code == Fault.WORKER_LOST, "what ended the attempt before"


def test_faults_in_one_phase_end_it_and_progress_forgives_them(
    reviewed: None, settings: Any
) -> None:
    settings.FASI_MAX_ATTEMPTS = 2
    queue.request_retraining()
    for further in (True, False):
        lease = queue.claim("w")
        assert lease is not None
        queue.begin(lease, Retraining.Phase.FIT, further=further)
        queue.put_back(lease, Fault.KILLED, "killed by signal 9")
    row = Retraining.objects.get()
    assert (row.status, row.error_code, row.faults) == (Status.FAILED, Fault.KILLED, 2)
    assert row.ended is not None
    queue.request_retraining()


def test_while_s3_is_away_it_is_put_back_as_often_as_it_takes(
    reviewed: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.request_retraining()
    take_away(monkeypatch)
    for _ in range(settings.FASI_MAX_ATTEMPTS + 1):
        lease = queue.claim("w")
        assert lease is not None
        retrain(lease)
    monkeypatch.undo()
    row = Retraining.objects.get()
    assert (row.status, row.error_code) == (Status.QUEUED, Fault.STORAGE_UNAVAILABLE)
    assert (row.lease_until, row.faults) == (None, 0)


def test_a_full_disk_puts_it_back_with_the_room_that_is_missing(
    reviewed: None, settings: Any
) -> None:
    settings.FASI_RETRAIN_FREE_MB = 10**9
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    retrain(lease)
    row = Retraining.objects.get()
    assert (row.status, row.error_code) == (Status.QUEUED, Fault.DISK_FULL)
    assert "needs 1000000000" in row.error_text


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_fills_up_while_photos_are_written_is_a_full_disk(reviewed: None) -> None:
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    with workspace(lease.row.pk) as space:
        space.history.mkdir()
        (space.history / "manifest.part").symlink_to("/dev/full")
    retrain(lease)
    row = Retraining.objects.get()
    assert (row.status, row.error_code) == (Status.QUEUED, Fault.DISK_FULL)
    assert "No space left" in row.error_text


def test_photos_on_this_disk_go_when_the_retraining_is_over(reviewed: None, tmp_path: Path) -> None:
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    with workspace(lease.row.pk) as space:
        write_training_photos(space.history)
        assert space.folder.stat().st_mode & 0o077 == 0, "nobody else reads them"
    assert clean() == 0
    queue.fail(lease, Fault.TRAINING, "it diverged")  # by whichever machine
    remove_expired()
    assert list((tmp_path / "data" / "retraining").iterdir()) == []


def test_photos_of_a_retraining_that_nobody_goes_on_with_go(
    reviewed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    monkeypatch.setattr("worker.retraining.workspace.KEPT_S", -60)
    with workspace(lease.row.pk) as space:
        write_training_photos(space.history)
        assert clean() == 0, "somebody is at work in it"
    call_command("retrain", "--clean")
    assert not space.folder.exists()


def test_somebody_else_in_the_folder_is_waited_for(reviewed: None) -> None:
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    with workspace(lease.row.pk):
        retrain(lease)
    row = Retraining.objects.get()
    assert row.status == Status.QUEUED
    assert "still at work" in row.error_text


def test_where_training_is_not_installed_the_command_says_so(
    reviewed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.retraining.trainer.NEEDED", ("no_such_package",))
    with pytest.raises(CommandError, match=r"no_such_package.*requirements/training\.txt"):
        call_command("retrain")
    assert not Retraining.objects.exists()


def test_where_releases_must_be_signed_a_key_is_asked_for_before_hours_of_work(
    reviewed: None, settings: Any
) -> None:
    settings.FASI_UNSIGNED_RELEASES = False
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    retrain(lease)
    row = Retraining.objects.get()
    assert (row.status, row.error_code) == (Status.FAILED, Fault.REFUSED)
    assert "FASI_RETRAIN_KEY" in row.error_text


def test_what_nobody_thought_of_puts_it_back_with_its_reason(reviewed: None) -> None:
    queue.request_retraining()
    lease = queue.claim("w")
    assert lease is not None
    with workspace(lease.row.pk) as space:
        space.history.mkdir()
        (space.history / "letter.txt").write_text("somebody else's")
    retrain(lease)
    row = Retraining.objects.get()
    assert (row.status, row.faults) == (Status.QUEUED, 1)
    assert row.error_text.startswith("FolderInUse: ")
    assert "has something else in it" in row.error_text
