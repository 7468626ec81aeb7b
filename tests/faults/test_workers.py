"""Workers that are killed, frozen, poisoned and asked to end: nothing is lost, nothing doubled."""

import signal

from tests.support.engines import Aborting, Gated
from tests.support.live_stack import PATIENCE_S, House
from tests.support.load_photos import poison, some_photos
from tests.support.starting import wait_until

GATED = f"{Gated.__module__}:{Gated.__name__}"
ABORTING = f"{Aborting.__module__}:{Aborting.__name__}"


def test_a_worker_process_killed_in_the_middle_of_a_claim_loses_and_doubles_nothing(
    house: House,
) -> None:
    house.gate.touch()
    worker = house.start_worker(engine=GATED)
    house.start_beat()
    outfits = house.upload(*some_photos(3))
    house.wait_running(1)
    held = {each for each in outfits if house.statuses([each]) == ["running"]}

    worker.kill_children()
    house.gate.unlink()

    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)
    assert worker.process.poll() is None, "the main process started another child"
    assert all(house.attempts(each) >= 2 for each in held)


def test_a_whole_worker_killed_in_the_middle_of_a_claim_loses_and_doubles_nothing(
    house: House,
) -> None:
    house.gate.touch()
    worker = house.start_worker(engine=GATED)
    house.start_beat()
    outfits = house.upload(*some_photos(3))
    house.wait_running(1)

    worker.kill()
    house.start_worker("another")

    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)


def test_a_photo_that_kills_the_process_becomes_a_dead_letter_and_its_claim_mates_finish(
    house: House,
) -> None:
    mates = house.upload(*some_photos(2))
    (guilty,) = house.upload(poison())
    mates += house.upload(*some_photos(2))
    house.start_worker(engine=ABORTING)
    house.start_beat()

    house.wait_for("failed", [guilty])
    house.wait_for("done", mates)

    house.assert_predicted_once(mates)
    assert house.attempts(guilty) == 3
    assert house.query("SELECT error_code FROM classifier_outfit WHERE status = 'failed'") == [
        ("worker_lost",)
    ]


def test_a_frozen_worker_that_wakes_up_after_its_lease_writes_nothing(house: House) -> None:
    house.gate.touch()
    frozen = house.start_worker("frozen", engine=GATED)
    outfits = house.upload(*some_photos(3))
    house.wait_running(3)
    frozen.signal(signal.SIGSTOP)
    house.start_worker("healthy")
    house.start_beat()
    house.wait_for("done", outfits)
    when = house.query("SELECT id, classified FROM classifier_outfit ORDER BY id")

    house.gate.unlink()
    for child in frozen.children():  # before the main process, which would end them first
        child.resume()

    wait_until(lambda: frozen.said().count("lease_was_lost") == 3, "it learns that it was late")
    house.assert_predicted_once(outfits)
    assert house.query("SELECT id, classified FROM classifier_outfit ORDER BY id") == when


def test_a_worker_that_is_asked_to_end_finishes_what_it_has_claimed(house: House) -> None:
    house.gate.touch()
    worker = house.start_worker(engine=GATED, FASI_CLAIM_SIZE="4")
    outfits = house.upload(*some_photos(12))
    house.wait_running(8)  # one claim is in the engine, one on its way

    worker.process.terminate()
    wait_until(lambda: "Warm shutdown" in worker.said(), "it takes the request")
    house.gate.unlink()

    assert worker.process.wait(PATIENCE_S) == 0
    assert "running" not in house.statuses(outfits)
    done = [each for each in outfits if house.statuses([each]) == ["done"]]
    assert len(done) >= 8
    house.assert_predicted_once(done)
    assert {house.attempts(each) for each in done} == {1}


def test_two_workers_and_two_beats_share_the_work_and_double_nothing(house: House) -> None:
    house.gate.touch()
    for name in ("first", "second"):
        house.start_worker(name, engine=GATED, FASI_CLAIM_SIZE="4")
        house.start_beat(f"beat-{name}")
    outfits = house.upload(*some_photos(24))
    wait_until(lambda: len(house.holders()) == 2, "both hold claims at the same time")
    house.gate.unlink()

    house.wait_for("done", outfits)
    house.assert_predicted_once(outfits)


def test_wake_ups_that_come_twice_and_late_do_nothing_twice(house: House) -> None:
    house.start_worker()
    outfits = house.upload(*some_photos(6))
    house.wake(times=20)
    house.wait_for("done", outfits)
    house.wake(times=20)
    wait_until(lambda: house.wake_ups() == 0, "all wake-ups are taken")

    house.assert_predicted_once(outfits)
    assert {house.attempts(each) for each in outfits} == {1}
