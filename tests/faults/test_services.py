"""The services of the product stop and come back; an accepted photo gets its prediction."""

import pytest

from tests.faults.test_workers import GATED
from tests.support.client import NotAccepted
from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos


def test_uploads_go_on_while_the_broker_is_down_and_are_classified_afterwards(
    stack: LiveStack,
) -> None:
    worker = stack.start_worker()
    stack.start_beat()
    stack.wait_for("done", stack.upload(*some_photos(1)))

    stack.kill_service("valkey")
    try:
        outfits = stack.upload(*some_photos(2))
        assert set(stack.statuses(outfits)) <= {"queued", "running", "done"}
    finally:
        stack.start_service("valkey")

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
    assert worker.process.poll() is None


def test_a_broker_that_was_emptied_is_made_up_for_by_the_sweep(stack: LiveStack) -> None:
    outfits = stack.upload(*some_photos(3))
    stack.empty_broker()
    stack.start_worker()
    stack.start_beat()
    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)


def test_a_database_that_was_restarted_loses_nothing(stack: LiveStack) -> None:
    stack.gate.touch()
    worker = stack.start_worker(engine=GATED)
    stack.start_beat()
    outfits = stack.upload(*some_photos(3))
    stack.wait_running(1)

    stack.kill_service("postgres")
    stack.start_service("postgres")
    stack.gate.unlink()

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
    later = stack.upload(*some_photos(1))
    stack.wait_for("done", later)
    assert worker.process.poll() is None


def test_a_photo_store_that_was_away_costs_nobody_a_photo(stack: LiveStack) -> None:
    outfits = stack.upload(*some_photos(3))
    stack.empty_broker()  # which would hand the thumbs on without the store
    stack.kill_service("seaweedfs")
    try:
        with pytest.raises(NotAccepted, match="503"):
            stack.upload(*some_photos(1))
        assert len(stack.statuses()) == 3, "an upload that was refused left no row"
        stack.start_worker(FASI_MAX_ATTEMPTS="1")
        stack.start_beat()
        stack.wait_attempted(outfits, 3)
    finally:
        stack.start_service("seaweedfs")

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)


def test_a_photo_that_the_store_does_not_give_for_too_long_fails_with_that_reason(
    stack: LiveStack,
) -> None:
    outfits = stack.upload(*some_photos(2))
    stack.empty_broker()
    stack.kill_service("seaweedfs")
    try:
        stack.start_worker(FASI_STORAGE_PATIENCE_S="1")
        stack.start_beat()
        stack.wait_for("failed", outfits)
    finally:
        stack.start_service("seaweedfs")
    assert set(stack.query("SELECT error_code FROM classifier_outfit")) == {
        ("storage_unavailable",)
    }


def test_a_missing_and_a_corrupted_object_fail_with_their_reason_and_nobody_else(
    stack: LiveStack,
) -> None:
    missing, corrupted, healthy = stack.upload(*some_photos(3))
    thumbs = dict(stack.query("SELECT id::text, thumb_key FROM classifier_outfit"))
    stack.bucket().delete_object(Bucket="fasi", Key=thumbs[str(missing)])
    stack.bucket().put_object(Bucket="fasi", Key=thumbs[str(corrupted)], Body=b"no longer a JPEG")
    stack.empty_broker()  # which would hand the thumbs on as they were
    stack.wake()
    stack.start_worker()

    stack.wait_for("failed", [missing, corrupted])
    stack.wait_for("done", [healthy])
    assert stack.query("SELECT id::text, error_code FROM classifier_outfit WHERE error_code > ''")
    reasons = dict(stack.query("SELECT id::text, error_code FROM classifier_outfit"))
    assert (reasons[str(missing)], reasons[str(corrupted)]) == ("object_missing", "object_broken")


def test_the_site_killed_between_uploads_loses_nothing(stack: LiveStack) -> None:
    outfits = stack.upload(*some_photos(2))
    stack.site.kill()
    stack.site = stack.start_site()
    outfits += stack.upload(*some_photos(1))
    stack.start_worker()
    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
