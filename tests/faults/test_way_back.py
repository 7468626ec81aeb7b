"""From what people corrected to a better release and back, with a fault at each step.

300 drawn photos of two invented styles; ten owners, three reviewers, one of them careless.
"""

import json
from collections.abc import Iterator

import pytest

pytest.importorskip("nncf", reason="needs requirements/training.txt")

from tests.support.live_part import Part
from tests.support.live_stack import FOR_FAULTS, LiveStack
from tests.support.starting import own_folder
from tests.support.way_back import OWNERS, PASSWORD, WayBack, frozen, is_alive
from tests.support.weak_bundle import write_weak_bundle
from tests.training.drawn import TAXONOMY

PHOTOS = 300
SETTINGS = {
    **FOR_FAULTS,
    "FASI_IO_TIMEOUT_S": "5",  # bundles are larger than photos
    "FASI_EXPORT_LEASE_S": "8",
    "FASI_UNPACK_LEASE_S": "8",
    "FASI_BACKFILL_LEASE_S": "8",
    # Whom the hash holds out is the same every time.
    "FASI_SECRET_KEY": "the same in every run, so that the same people are held out",
    "FASI_HOLDOUT_SHARE": "0.4",
    "FASI_REVIEW_TWICE_PERCENT": "100",
    "FASI_PROMOTE_PHOTOS": "50",
    "FASI_RETRAIN_LEASE_S": "8",
    "FASI_RETRAIN_PAUSE_S": "1",
    "FASI_RETRAIN_FREE_MB": "10",
    "FASI_RETRAIN_RECIPE": "backbone",
}
SMALL = (
    "tune.layers=['late']",
    "tune.size=64",
    "tune.epochs=10",
    "tune.patience=0",
    "export.calibration_photos=8",
)


@pytest.fixture
def stack() -> Iterator[LiveStack]:
    with own_folder("way-back") as folder:
        backbone = folder / "small.keras"
        changes = {"FASI_RETRAIN_CHANGES": ",".join((f"start.weights={backbone}", *SMALL))}
        with LiveStack(folder, SETTINGS | changes) as stack:
            weak = write_weak_bundle(folder / "old", backbone, TAXONOMY)
            add = ("manage.py", "release", "add", str(weak), "--name", "old", "--promote")
            stack.python(*add, "--without-gate")
            yield stack


@pytest.mark.long
@pytest.mark.timeout(1200)  # minutes of processes, each of which loads TensorFlow
def test_corrections_become_a_better_release_that_can_be_taken_back(stack: LiveStack) -> None:
    way = WayBack(stack)
    way.add_people()
    worker = stack.start_worker()
    stack.start_maintenance()
    stack.start_beat()

    classify_though_the_worker_dies(way, worker)
    review_though_the_site_dies(way)
    stack.python("manage.py", "retrain", "--queue")
    first = export_though_bucket_and_database_go_away(way)
    second = train_though_the_process_dies_and_a_consent_is_taken_back(way, first)
    train_on_though_the_trainer_dies(way, second)
    candidate = register_though_the_bucket_goes_away(way)
    shadow_though_its_process_dies(way, candidate)
    promote_and_take_back_though_the_worker_dies(way, worker, candidate)


def classify_though_the_worker_dies(way: WayBack, worker: Part) -> None:
    outfits = []
    for number in range(PHOTOS):
        outfits.append(way.upload(by=OWNERS[number // 2 % len(OWNERS)]))
        if number == PHOTOS // 2:
            worker.kill_children()
    way.wait(lambda: way.stack.unfinished() == 0, "all are classified")
    way.stack.assert_predicted_once(outfits)


def review_though_the_site_dies(way: WayBack) -> None:
    waiting = "SELECT count(*) FROM classifier_reviewitem"
    way.wait(lambda: way.stack.query(waiting) == [(PHOTOS,)], "all wait for a reviewer")
    reviewers, given, killed = way.reviewers(), 0, False
    while now := sum([each.review() for each in reviewers]):
        given += now
        if given > PHOTOS and not killed:
            way.stack.site.kill()
            way.stack.site = way.stack.start_site()
            killed = True
    (counted,) = way.stack.query(
        "SELECT count(*), count(DISTINCT (p.outfit_id, v.by_id)) FROM classifier_review v"
        " JOIN classifier_prediction p ON p.id = v.prediction_id WHERE v.role = 'staff'"
    )
    assert given == 2 * PHOTOS, "two reviewers look at each photo, and no third"
    assert counted == (given, given), "no verdict is lost, and nobody looks twice"


def export_though_bucket_and_database_go_away(way: WayBack) -> Part:
    with frozen(way.stack, "seaweedfs"):
        process = way.start_retrain("first")
        photos = way.workspace / "history" / "photos"
        way.wait(photos.is_dir, "the photos are being fetched")
        way.stack.kill_service("postgres")
        way.stack.start_service("postgres")
    way.wait_for_epoch(process)
    manifest = way.manifest
    assert {*manifest.values()} == {"train", "val"}
    assert len(manifest) > 0.85 * PHOTOS, "few are so much disputed that nobody knows"
    return process


def train_though_the_process_dies_and_a_consent_is_taken_back(way: WayBack, first: Part) -> Part:
    trainer = way.wait_for_epoch(first)
    first.kill()
    way.wait(lambda: not is_alive(trainer), "the trainer ends with its process")
    before = way.manifest
    one = min(outfit for outfit, split in before.items() if split == "train")
    ((who,),) = way.stack.query(
        "SELECT username FROM auth_user u JOIN classifier_outfit o ON o.owner_id = u.id"
        " WHERE o.id = %s",
        one,
    )
    theirs = {
        str(outfit)
        for (outfit,) in way.stack.query(
            "SELECT o.id FROM auth_user u JOIN classifier_outfit o ON o.owner_id = u.id"
            " WHERE u.username = %s",
            who,
        )
    }
    said = way.stack.visitor(who, PASSWORD).post("/account/data/consent/", {"given": "0"})
    assert said.status_code == 302

    second = way.start_retrain("second")
    way.wait_for_epoch(second)
    assert way.manifest.keys() == before.keys() - theirs, "who took the consent back is out"
    return second


def train_on_though_the_trainer_dies(way: WayBack, second: Part) -> None:
    way.wait_for_epoch(second).kill()
    way.wait(lambda: way.retraining()["error_code"] == "killed", "it is put back")


def register_though_the_bucket_goes_away(way: WayBack) -> str:
    way.wait(lambda: way.retraining()["phase"] == "compare", "it is compared")
    way.stack.kill_service("seaweedfs")
    way.wait(lambda: way.retraining()["error_code"] == "storage_unavailable", "it cannot be stored")
    way.stack.start_service("seaweedfs")
    way.wait(lambda: way.retraining()["status"] == "done", "it is a candidate")

    report = way.retraining()["report"]
    assert report["active"] == "old"
    assert report["holdout"]["first"]["top1"]["value"] > 0.9, "one careless of three spoils little"
    gain = report["holdout"]["first_minus_second"]["top1"]
    assert gain["low"] > 0, "better on people whose photos never trained"
    folders = way.stack.data.path / "retraining"
    way.wait(lambda: not [*folders.iterdir()], "no photo stays on the disk")
    ((status, name),) = way.stack.query(
        "SELECT status, name FROM classifier_release WHERE name LIKE 'retrained-%%'"
    )
    assert (status, name) == ("candidate", report["candidate"])
    return str(name)


def shadow_though_its_process_dies(way: WayBack, candidate: str) -> None:
    assert way.answer_to_new()[0] == "old", "a candidate serves nobody"
    manage(way, "shadow", candidate, "--share", "1")
    manage(way, "backfill", candidate, "--reviewed")
    new = [way.upload() for _ in range(20)]
    way.stack.wait_for("done", new)
    seen = "SELECT count(*) FROM classifier_prediction WHERE NOT shown"
    dying = way.stack.start_backfill("dying")
    way.wait(lambda: way.stack.query(seen) != [(0,)], "a step is done")
    dying.kill()
    way.stack.start_backfill("living")

    def done() -> bool:
        rows = way.stack.query("SELECT kind, status, done FROM classifier_backfill")
        states = {kind: (status, done) for kind, status, done in rows}
        return bool(states["backfill"][0] == "done" and states["shadow"][1] == len(new))

    way.wait(done, "the candidate has predicted what was reviewed, and what came since")
    ((twice, shown),) = way.stack.query(
        "SELECT count(*) - count(DISTINCT p.outfit_id), count(*) FILTER (WHERE p.shown)"
        " FROM classifier_prediction p JOIN classifier_release r ON r.id = p.release_id"
        " WHERE r.name = %s",
        candidate,
    )
    assert (twice, shown) == (0, 0)
    said = json.loads(manage(way, "compare", "old", candidate, "--json"))
    assert said["promote"] is True, said


def promote_and_take_back_though_the_worker_dies(
    way: WayBack, worker: Part, candidate: str
) -> None:
    manage(way, "promote", candidate)
    worker.kill_children()
    way.wait(lambda: way.answer_to_new()[0] == candidate, "the new release serves")
    right = [way.answer_to_new()[1] for _ in range(10)]
    assert right.count(True) >= 9, "and it knows the styles"

    manage(way, "rollback")
    worker.kill_children()
    way.wait(lambda: way.answer_to_new()[0] == "old", "the old release serves again")
    assert way.stack.query("SELECT count(*) FROM classifier_outfit WHERE status <> 'done'") == [
        (0,)
    ]
    assert way.stack.query(
        "SELECT count(*) - count(DISTINCT (outfit_id, release_id)) FROM classifier_prediction"
    ) == [(0,)]


def manage(way: WayBack, *arguments: str) -> str:
    return way.stack.python("manage.py", "release", *arguments)
