"""Another release becomes active while workers work: they change over, or go on with the old one.

Releases are put into the bucket and the rows by hand here, as somebody with both and without a key
would: what `manage.py release add` refuses, a worker must refuse by itself.
"""

import hashlib
import json
import shutil
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import load_bundle, write_sums
from inference.probe import Probe, read_probe, write_probe
from inference.signatures import make_keys, sign
from tests.support.live_part import Part
from tests.support.live_rows import PATIENCE_S
from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos
from tests.support.probed_bundle import renew
from tests.support.starting import ROOT, wait_until

STARTER = ROOT / "models" / "starter"
Bundles = Callable[[str], Path]


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("probed") / "bundle"
    left_out = shutil.ignore_patterns("style.keras", "probe.npz", "release.json")
    shutil.copytree(STARTER, folder, ignore=left_out)
    return renew(folder)


@pytest.fixture
def bundle(probed: Path, tmp_path: Path) -> Bundles:
    """`bundle(name)`: one of its own that is good."""

    def copy(name: str) -> Path:
        return renew(Path(shutil.copytree(probed, tmp_path / name)), card=f"# {uuid.uuid4()}\n")

    return copy


@pytest.fixture
def releases(stack: LiveStack) -> "Releases":
    return Releases(stack)


class Releases:
    """The releases of a stack, looked at and changed from outside."""

    def __init__(self, stack: LiveStack) -> None:
        self.stack = stack
        ((self.starter,),) = stack.query(
            "SELECT name FROM classifier_release WHERE status = 'active'"
        )

    def smuggle(self, folder: Path, name: str) -> str:
        """Put the bundle into bucket and rows, unverified; its sha256."""
        sha256 = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
        prefix = f"bundles/{sha256}/"
        for file in folder.iterdir():
            self.stack.bucket().upload_file(str(file), "fasi", prefix + file.name)
        taxonomy = json.loads((folder / "taxonomy.json").read_text())
        self.stack.query(
            "INSERT INTO classifier_release"
            " (name, bundle_key, sha256, taxonomy, metrics, status, created, signed_by)"
            " VALUES (%s, %s, %s, %s, '{}', 'candidate', now(), '')",
            name,
            prefix,
            sha256,
            json.dumps(taxonomy),
        )
        return sha256

    def activate(self, name: str) -> None:
        """Make it the active one, as `promote` does."""
        self.stack.query(
            "WITH gone AS (UPDATE classifier_release SET status = 'retired'"
            "   WHERE status = 'active' RETURNING 1)"
            " SELECT count(*) FROM gone"
        )
        self.stack.query("UPDATE classifier_release SET status = 'active' WHERE name = %s", name)

    def serving(self) -> list[tuple[str, str, str]]:
        """Of each worker process: what it serves, what it refused, and why."""
        return self.stack.query(
            "SELECT release, refused, reason FROM classifier_servingworker"
            " WHERE seen > now() - interval '30 s'"
        )

    def wait_serving(self, name: str) -> None:
        wait_until(
            lambda: [each[0] for each in self.serving()] == [name],
            f"the worker serves {name}",
            patience_s=PATIENCE_S,
        )

    def wait_refused(self, name: str) -> str:
        """The reason why the worker goes on with the starter."""
        wait_until(
            lambda: any(each[1] == name for each in self.serving()),
            f"the worker refuses {name}",
            patience_s=PATIENCE_S,
        )
        ((serves, _name, reason),) = self.serving()
        assert serves == self.starter
        return reason

    def of(self, outfits: list[uuid.UUID]) -> set[str]:
        """Which releases predicted these."""
        rows = dict(
            self.stack.query(
                "SELECT p.outfit_id::text, r.name FROM classifier_prediction p"
                " JOIN classifier_release r ON r.id = p.release_id"
            )
        )
        return {rows[str(each)] for each in outfits}

    def cached(self, sha256: str) -> Path:
        return self.stack.data.path / "bundles" / sha256


def still_serves(stack: LiveStack, releases: Releases, worker: Part) -> None:
    """The old release goes on, in the same process, and classifies."""
    ((name,),) = stack.query("SELECT name FROM classifier_servingworker")
    assert int(name.rpartition(":")[2]) in {each.pid for each in worker.children()}
    outfits = stack.upload(*some_photos(2))
    stack.wait_for("done", outfits)
    assert releases.of(outfits) == {releases.starter}


def test_under_load_every_photo_is_predicted_once_by_the_old_release_or_the_new_one(
    stack: LiveStack, releases: Releases, bundle: Bundles
) -> None:
    stack.python("manage.py", "release", "add", str(bundle("next")), "--name", "next")
    stack.start_worker()
    stack.start_beat()
    releases.wait_serving(releases.starter)
    outfits: list[uuid.UUID] = []
    enough = threading.Event()

    def upload() -> None:
        while not enough.is_set():
            outfits.extend(stack.upload(*some_photos(1)))

    load = threading.Thread(target=upload)
    load.start()
    try:
        wait_until(lambda: len(outfits) >= 3, "photos come in")
        stack.python("manage.py", "release", "promote", "next")
        releases.wait_serving("next")
        after = len(outfits)
        wait_until(lambda: len(outfits) >= after + 3, "photos come in after it")
        stack.python("manage.py", "release", "rollback", "--from", "next")
        releases.wait_serving(releases.starter)
    finally:
        enough.set()
        load.join()

    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
    assert {stack.attempts(each) for each in outfits} == {1}, "none was tried twice"
    assert releases.of(outfits) == {releases.starter, "next"}
    ((names,),) = stack.query("SELECT count(*) FROM classifier_servingworker")
    assert names == 1, "one process did it all"


@pytest.mark.parametrize("signed", ["no", "by_a_stranger", "something_else"])
def test_a_forged_release_is_refused_and_the_old_one_serves_on(
    stack: LiveStack, releases: Releases, bundle: Bundles, tmp_path: Path, signed: str
) -> None:
    ours = make_keys(tmp_path / "ours.key", "")
    worker = stack.start_worker(FASI_UNSIGNED_RELEASES="false", FASI_RELEASE_KEYS=ours)
    releases.wait_serving(releases.starter)
    folder = bundle("forged")
    if signed != "no":
        make_keys(tmp_path / "theirs.key", "")
        key = "theirs" if signed == "by_a_stranger" else "ours"
        sign(load_bundle(folder), tmp_path / f"{key}.key", "")
    if signed == "something_else":
        (folder / "MODEL_CARD.md").write_text("# Forged\n")
        write_sums(folder)
    releases.smuggle(folder, "forged")
    releases.activate("forged")

    reason = releases.wait_refused("forged")

    said = {"no": "not signed", "by_a_stranger": "unknown key", "something_else": "is wrong"}
    assert said[signed] in reason
    still_serves(stack, releases, worker)


def test_a_bundle_that_was_damaged_in_the_bucket_is_refused_and_the_old_one_serves_on(
    stack: LiveStack, releases: Releases, bundle: Bundles
) -> None:
    worker = stack.start_worker()
    releases.wait_serving(releases.starter)
    sha256 = releases.smuggle(bundle("damaged"), "damaged")
    stack.bucket().put_object(Bucket="fasi", Key=f"bundles/{sha256}/style.bin", Body=b"short")
    releases.activate("damaged")

    assert "the checksum of style.bin differs" in releases.wait_refused("damaged")
    still_serves(stack, releases, worker)
    assert not releases.cached(sha256).exists()


def test_an_engine_that_does_not_pass_the_probe_is_refused_and_the_old_one_serves_on(
    stack: LiveStack, releases: Releases, bundle: Bundles
) -> None:
    worker = stack.start_worker()
    releases.wait_serving(releases.starter)
    folder = bundle("other")
    probe = read_probe(load_bundle(folder))
    write_probe(folder, Probe(np.ascontiguousarray(probe.images[::-1]), probe.expected))
    write_sums(folder)
    releases.smuggle(folder, "other")
    releases.activate("other")

    assert "does not say of the probe's picture" in releases.wait_refused("other")
    still_serves(stack, releases, worker)


def test_a_bucket_that_goes_away_during_the_change_delays_it(
    stack: LiveStack, releases: Releases, bundle: Bundles
) -> None:
    stack.start_worker()
    stack.start_beat()
    releases.wait_serving(releases.starter)
    releases.smuggle(bundle("next"), "next")
    stack.kill_service("seaweedfs")
    releases.activate("next")
    assert "could not" in releases.wait_refused("next")

    stack.start_service("seaweedfs")

    releases.wait_serving("next")
    outfits = stack.upload(*some_photos(2))
    stack.wait_for("done", outfits)
    assert releases.of(outfits) == {"next"}


def test_a_worker_that_is_killed_while_it_fetches_begins_anew(
    stack: LiveStack, releases: Releases, bundle: Bundles
) -> None:
    worker = stack.start_worker()
    stack.start_beat()
    releases.wait_serving(releases.starter)
    sha256 = releases.smuggle(bundle("next"), "next")
    releases.activate("next")
    bundles = releases.cached(sha256).parent
    wait_until(lambda: list(bundles.glob("fetch-*")), "it fetches", pause_s=0.001)
    worker.kill_children()

    outfits = stack.upload(*some_photos(2))
    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
    wait_until(lambda: ("next", "", "") in releases.serving(), "next serves", patience_s=PATIENCE_S)


def test_a_worker_that_starts_while_the_active_release_is_bad_takes_the_one_before(
    stack: LiveStack, releases: Releases, bundle: Bundles
) -> None:
    sha256 = releases.smuggle(bundle("damaged"), "damaged")
    stack.bucket().put_object(Bucket="fasi", Key=f"bundles/{sha256}/style.bin", Body=b"short")
    releases.activate("damaged")
    stack.start_worker()
    stack.start_beat()

    assert "the checksum of style.bin differs" in releases.wait_refused("damaged")
    outfits = stack.upload(*some_photos(2))
    stack.wait_for("done", outfits)
    assert releases.of(outfits) == {releases.starter}
