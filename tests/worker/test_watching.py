"""The thread that changes over to another release; tests/faults has it in real workers."""

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from classifier.models import Outfit, Release, ServingWorker
from classifier.releases.lifecycle import promote, roll_back
from classifier.storage import objects
from tests.support.starting import wait_until
from worker.classification import work
from worker.loaded_model import held, loaded_model
from worker.releases import register
from worker.watching import start_watching, stop_watching

Another = Callable[..., Path]


@pytest.fixture
def watched(release: Release, settings: Any, tmp_path: Path) -> Iterator[Release]:
    """The starter serves, and this process looks for another release."""
    settings.FASI_RELEASE_POLL_S = 0.1
    settings.DATA_DIR = tmp_path
    loaded_model()
    start_watching()
    yield release
    stop_watching()
    held.model = None


def serves() -> str:
    return loaded_model().release.name


def test_the_next_claim_takes_the_new_release_and_the_old_engine_goes(
    watched: Release, another: Another, make_outfit: Callable[..., Outfit]
) -> None:
    old = weakref.ref(loaded_model().engine)
    promote(register(another(), "own"))
    assert serves() in (watched.name, "own"), "nobody waits for it"
    wait_until(lambda: serves() == "own", "it is loaded")
    outfit = make_outfit()
    assert work(budget_s=30) == 1
    assert outfit.predictions.get().release.name == "own"
    wait_until(lambda: ServingWorker.objects.filter(release="own").exists(), "it says so")
    gc.collect()
    assert old() is None

    roll_back("own")
    wait_until(lambda: serves() == watched.name, "it is back")


def test_what_cannot_be_loaded_leaves_the_old_one_serving_and_is_told(
    watched: Release, another: Another, make_outfit: Callable[..., Outfit]
) -> None:
    own = register(another(), "own")
    objects.put(own.bundle_key + "style.xml", b"damaged", "text/xml")
    promote(own)
    wait_until(lambda: ServingWorker.objects.filter(refused="own").exists(), "it says so")
    said = ServingWorker.objects.get()
    assert said.release == watched.name
    assert "the checksum of style.xml differs" in said.reason
    outfit = make_outfit()
    assert work(budget_s=30) == 1
    assert outfit.predictions.get().release == watched

    roll_back("own")
    wait_until(lambda: ServingWorker.objects.filter(refused="").exists(), "all is well")


def test_a_process_that_ends_is_no_worker_any_more(watched: Release) -> None:
    wait_until(ServingWorker.objects.exists, "it says what it serves")
    stop_watching()
    assert not ServingWorker.objects.exists()
