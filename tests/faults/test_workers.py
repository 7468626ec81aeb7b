"""Workers that are killed, frozen, poisoned and asked to end: nothing is lost, nothing doubled."""

import signal

from tests.support.engines import Aborting, Gated
from tests.support.live_rows import PATIENCE_S
from tests.support.live_stack import LiveStack
from tests.support.load_photos import poison, some_photos
from tests.support.starting import wait_until

GATED = f"{Gated.__module__}:{Gated.__name__}"
ABORTING = f"{Aborting.__module__}:{Aborting.__name__}"


def test_a_worker_process_killed_in_the_middle_of_a_claim_loses_and_doubles_nothing(
    stack: LiveStack,
) -> None:
    stack.gate.touch()
    worker = stack.start_worker(engine=GATED)
    stack.start_beat()
    outfits = stack.upload(*some_photos(3))
    stack.wait_running(1)
    held = {each for each in outfits if stack.statuses([each]) == ["running"]}

    worker.kill_children()
    stack.gate.unlink()

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
    assert worker.process.poll() is None, "the main process started another child"
    assert all(stack.attempts(each) >= 2 for each in held)


def test_a_whole_worker_killed_in_the_middle_of_a_claim_loses_and_doubles_nothing(
    stack: LiveStack,
) -> None:
    stack.gate.touch()
    worker = stack.start_worker(engine=GATED)
    stack.start_beat()
    outfits = stack.upload(*some_photos(3))
    stack.wait_running(1)

    worker.kill()
    stack.start_worker("another")

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)


def test_a_photo_that_kills_the_process_becomes_a_dead_letter_and_its_claim_mates_finish(
    stack: LiveStack,
) -> None:
    mates = stack.upload(*some_photos(2))
    (guilty,) = stack.upload(poison())
    mates += stack.upload(*some_photos(2))
    stack.start_worker(engine=ABORTING)
    stack.start_beat()

    stack.wait_for("failed", [guilty])
    stack.wait_for("done", mates)

    stack.assert_predicted_once(mates)
    assert stack.attempts(guilty) == 4, "once in company, three times alone"
    assert stack.query("SELECT error_code FROM classifier_outfit WHERE status = 'failed'") == [
        ("worker_lost",)
    ]


def test_a_frozen_worker_that_wakes_up_after_its_lease_writes_nothing(stack: LiveStack) -> None:
    stack.gate.touch()
    frozen = stack.start_worker("frozen", engine=GATED)
    outfits = stack.upload(*some_photos(3))
    stack.wait_running(3)
    frozen.signal(signal.SIGSTOP)
    stack.start_worker("healthy")
    stack.start_beat()
    stack.wait_for("done", outfits)
    when = stack.query("SELECT id, classified FROM classifier_outfit ORDER BY id")

    stack.gate.unlink()
    for child in frozen.children():  # before the main process, which would end them first
        child.resume()

    wait_until(lambda: frozen.said().count("lease_was_lost") == 3, "it learns that it was late")
    stack.assert_predicted_once(outfits)
    assert stack.query("SELECT id, classified FROM classifier_outfit ORDER BY id") == when


def test_a_worker_that_is_asked_to_end_finishes_what_it_has_claimed(stack: LiveStack) -> None:
    stack.gate.touch()
    worker = stack.start_worker(engine=GATED, FASI_CLAIM_SIZE="4")
    outfits = stack.upload(*some_photos(12))
    stack.wait_running(8)  # one claim is in the engine, one on its way

    worker.process.terminate()
    wait_until(lambda: "Warm shutdown" in worker.said(), "it takes the request")
    stack.gate.unlink()

    assert worker.process.wait(PATIENCE_S) == 0
    assert "running" not in stack.statuses(outfits)
    done = [each for each in outfits if stack.statuses([each]) == ["done"]]
    assert len(done) >= 8
    stack.assert_predicted_once(done)
    assert {stack.attempts(each) for each in done} == {1}


def test_two_workers_and_two_beats_share_the_work_and_double_nothing(stack: LiveStack) -> None:
    stack.gate.touch()
    for name in ("first", "second"):
        stack.start_worker(name, engine=GATED, FASI_CLAIM_SIZE="4")
        stack.start_beat(f"beat-{name}")
    outfits = stack.upload(*some_photos(24))
    wait_until(lambda: len(stack.holders()) == 2, "both hold claims at the same time")
    stack.gate.unlink()

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)


def test_wake_ups_that_come_twice_and_late_do_nothing_twice(stack: LiveStack) -> None:
    stack.start_worker()
    outfits = stack.upload(*some_photos(6))
    stack.wake(times=20)
    stack.wait_for("done", outfits)
    stack.wake(times=20)
    wait_until(lambda: stack.wake_ups() == 0, "all wake-ups are taken")

    stack.assert_predicted_once(outfits)
    assert {stack.attempts(each) for each in outfits} == {1}
