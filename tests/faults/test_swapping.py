"""Another release becomes active while workers work: they change over, and nothing is lost."""

import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.live_stack import PATIENCE_S, LiveStack
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
def releases(stack: LiveStack) -> Iterator["Releases"]:
    found = Releases(stack)
    yield found
    found.forget()


class Releases:
    """The releases of a stack, looked at and changed from outside."""

    def __init__(self, stack: LiveStack) -> None:
        self.stack = stack
        ((self.starter,),) = stack.query(
            "SELECT name FROM classifier_release WHERE status = 'active'"
        )

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

    def of(self, outfits: list[uuid.UUID]) -> set[str]:
        """Which releases predicted these."""
        rows = dict(
            self.stack.query(
                "SELECT p.outfit_id::text, r.name FROM classifier_prediction p"
                " JOIN classifier_release r ON r.id = p.release_id"
            )
        )
        return {rows[str(each)] for each in outfits}

    def forget(self) -> None:
        self.stack.query("TRUNCATE classifier_outfit, classifier_servingworker CASCADE")
        self.activate(self.starter)
        self.stack.query(
            "DELETE FROM classifier_activation WHERE release_id IN"
            " (SELECT id FROM classifier_release WHERE name <> %s)",
            self.starter,
        )
        self.stack.query("DELETE FROM classifier_release WHERE name <> %s", self.starter)


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
