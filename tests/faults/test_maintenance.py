"""A worker for long work dies; what it was at comes to its end all the same."""

import os
import signal

from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos
from tests.support.starting import wait_until
from tests.support.zipping import zip_of


def export_status(stack: LiveStack) -> tuple[str, int]:
    ((status, attempts),) = stack.query("SELECT status, attempts FROM classifier_export")
    return status, attempts


def test_an_export_outlives_the_worker_that_was_killed_while_it_packed(stack: LiveStack) -> None:
    stack.upload(*some_photos(3))
    s3 = stack.service("seaweedfs").process
    assert s3 is not None
    stack.visitor().show_password()
    stack.visitor().post("/account/data/export/", {})
    os.killpg(s3.pid, signal.SIGSTOP)  # so it is killed while it packs, not before or after
    try:
        first = stack.start_maintenance("first")
        stack.start_beat()
        wait_until(lambda: export_status(stack) == ("running", 1), "the export is running")
        first.kill()
    finally:
        os.killpg(s3.pid, signal.SIGCONT)
    stack.start_maintenance("second")
    wait_until(lambda: export_status(stack)[0] == "ready", "the export is ready")
    ((key, attempts),) = stack.query("SELECT key, attempts FROM classifier_export")
    assert attempts > 1
    listed = stack.bucket().list_objects_v2(Bucket="fasi", Prefix="exports/")
    assert [each["Key"] for each in listed["Contents"]] == [key]


def test_a_zip_outlives_the_worker_that_was_killed_while_it_unpacked(stack: LiveStack) -> None:
    photos = some_photos(3)
    archive = zip_of({f"{number}.jpg": photo for number, photo in enumerate(photos)})
    s3 = stack.service("seaweedfs").process
    assert s3 is not None
    sent = ("closet.zip", archive, "application/zip")
    assert stack.visitor().post("/batches/", {}, {"archive": sent}).status_code == 302

    def unpacking() -> tuple[str, int]:
        ((status, attempts),) = stack.query("SELECT status, attempts FROM classifier_unpacking")
        return status, attempts

    os.killpg(s3.pid, signal.SIGSTOP)
    try:
        first = stack.start_maintenance("first")
        stack.start_beat()
        wait_until(lambda: unpacking() == ("running", 1), "the ZIP is being unpacked")
        first.kill()
    finally:
        os.killpg(s3.pid, signal.SIGCONT)
    stack.start_maintenance("second")
    wait_until(lambda: unpacking()[0] == "done", "the ZIP is unpacked")
    stack.start_worker()
    wait_until(lambda: stack.statuses() == ["done"] * len(photos), "all are classified")
    assert unpacking()[1] > 1
    assert stack.query("SELECT total FROM classifier_batch") == [(len(photos),)]
    assert "Contents" not in stack.bucket().list_objects_v2(Bucket="fasi", Prefix="batches/")
