"""The services of the product stop and come back; an accepted photo gets its prediction."""

import pytest

from tests.faults.test_workers import GATED
from tests.support.client import NotAccepted
from tests.support.live_stack import House
from tests.support.load_photos import some_photos


def test_uploads_go_on_while_the_broker_is_down_and_are_classified_afterwards(
    house: House,
) -> None:
    worker = house.start_worker()
    house.start_beat()
    house.wait_for("done", house.upload(*some_photos(1)))

    house.kill_service("valkey")
    try:
        outfits = house.upload(*some_photos(2))
        assert set(house.statuses(outfits)) <= {"queued", "running", "done"}
    finally:
        house.start_service("valkey")

    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)
    assert worker.process.poll() is None


def test_a_broker_that_was_emptied_is_made_up_for_by_the_sweep(house: House) -> None:
    outfits = house.upload(*some_photos(3))
    house.empty_broker()
    house.start_worker()
    house.start_beat()
    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)


def test_a_database_that_was_restarted_loses_nothing(house: House) -> None:
    house.gate.touch()
    worker = house.start_worker(engine=GATED)
    house.start_beat()
    outfits = house.upload(*some_photos(3))
    house.wait_running(1)

    house.kill_service("postgres")
    house.start_service("postgres")
    house.gate.unlink()

    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)
    later = house.upload(*some_photos(1))
    house.wait_for("done", later)
    assert worker.process.poll() is None


def test_a_photo_store_that_was_away_costs_nobody_a_photo(house: House) -> None:
    outfits = house.upload(*some_photos(3))
    house.kill_service("seaweedfs")
    try:
        with pytest.raises(NotAccepted, match="503"):
            house.upload(*some_photos(1))
        assert len(house.statuses()) == 3, "an upload that was refused left no row"
        house.start_worker(FASI_MAX_ATTEMPTS="1000")
        house.start_beat()
        house.wait_for_error("storage_unavailable")
    finally:
        house.start_service("seaweedfs")

    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)


def test_a_missing_and_a_corrupted_object_fail_with_their_reason_and_nobody_else(
    house: House,
) -> None:
    missing, corrupted, healthy = house.upload(*some_photos(3))
    thumbs = dict(house.query("SELECT id::text, thumb_key FROM classifier_outfit"))
    house.bucket().delete_object(Bucket="fasi", Key=thumbs[str(missing)])
    house.bucket().put_object(Bucket="fasi", Key=thumbs[str(corrupted)], Body=b"no longer a JPEG")
    house.start_worker()

    house.wait_for("failed", [missing, corrupted])
    house.wait_for("done", [healthy])
    assert house.query("SELECT id::text, error_code FROM classifier_outfit WHERE error_code > ''")
    reasons = dict(house.query("SELECT id::text, error_code FROM classifier_outfit"))
    assert (reasons[str(missing)], reasons[str(corrupted)]) == ("object_missing", "object_broken")


def test_the_site_killed_between_uploads_loses_nothing(house: House) -> None:
    outfits = house.upload(*some_photos(2))
    house.site.kill()
    house.site = house.start_site()
    outfits += house.upload(*some_photos(1))
    house.start_worker()
    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)
