"""A worker for long work dies; what it was at comes to its end all the same."""

import os
import signal

from tests.support.live_stack import House
from tests.support.load_photos import some_photos
from tests.support.starting import wait_until
from tests.support.zipping import zip_of


def export_status(house: House) -> tuple[str, int]:
    ((status, attempts),) = house.query("SELECT status, attempts FROM classifier_export")
    return status, attempts


def test_an_export_outlives_the_worker_that_was_killed_while_it_packed(house: House) -> None:
    house.upload(*some_photos(3))
    s3 = house.service("seaweedfs").process
    assert s3 is not None
    house.visitor().post("/account/data/export/", {})
    os.killpg(s3.pid, signal.SIGSTOP)  # so it is killed while it packs, not before or after
    try:
        first = house.start_chores("first")
        house.start_beat()
        wait_until(lambda: export_status(house) == ("running", 1), "the export is running")
        first.kill()
    finally:
        os.killpg(s3.pid, signal.SIGCONT)
    house.start_chores("second")
    wait_until(lambda: export_status(house)[0] == "ready", "the export is ready")
    ((key, attempts),) = house.query("SELECT key, attempts FROM classifier_export")
    assert attempts > 1
    listed = house.bucket().list_objects_v2(Bucket="fasi", Prefix="exports/")
    assert [each["Key"] for each in listed["Contents"]] == [key]


def test_a_zip_outlives_the_worker_that_was_killed_while_it_unpacked(house: House) -> None:
    photos = some_photos(3)
    archive = zip_of({f"{number}.jpg": photo for number, photo in enumerate(photos)})
    s3 = house.service("seaweedfs").process
    assert s3 is not None
    sent = ("closet.zip", archive, "application/zip")
    assert house.visitor().post("/batches/", {}, {"archive": sent}).status_code == 302

    def unpacking() -> tuple[str, int]:
        ((status, attempts),) = house.query("SELECT status, attempts FROM classifier_unpacking")
        return status, attempts

    os.killpg(s3.pid, signal.SIGSTOP)
    try:
        first = house.start_chores("first")
        house.start_beat()
        wait_until(lambda: unpacking() == ("running", 1), "the ZIP is being unpacked")
        first.kill()
    finally:
        os.killpg(s3.pid, signal.SIGCONT)
    house.start_chores("second")
    wait_until(lambda: unpacking()[0] == "done", "the ZIP is unpacked")
    house.start_worker()
    wait_until(lambda: house.statuses() == ["done"] * len(photos), "all are classified")
    assert unpacking()[1] > 1
    assert house.query("SELECT total FROM classifier_batch") == [(len(photos),)]
    assert "Contents" not in house.bucket().list_objects_v2(Bucket="fasi", Prefix="batches/")
