"""Registering, activating and fetching bundles; `manage.py` from the outside."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from classifier.models import Release
from classifier.storage import objects
from inference.bundle import BundleError, load_bundle, write_sums
from tests.conftest import STARTER
from worker.releases import activate, fetch_bundle, register, register_starter

Copy = Callable[[], Path]


@pytest.fixture
def empty_cache(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "bundles"


def changed(copy: Path) -> Path:
    """Another bundle: the same model with another card."""
    (copy / "MODEL_CARD.md").write_text("# another card\n")
    write_sums(copy)
    return copy


def test_a_bundle_reaches_a_worker_through_the_bucket(release: Release, empty_cache: Path) -> None:
    bundle = fetch_bundle(release)
    assert bundle.path == empty_cache / release.sha256
    assert bundle.sha256 == load_bundle(STARTER).sha256


def test_a_damaged_cache_is_fetched_anew(release: Release, empty_cache: Path) -> None:
    path = fetch_bundle(release).path
    (path / "style.xml").write_text("damaged")
    assert fetch_bundle(release).sha256 == release.sha256


def test_a_damaged_bundle_in_the_bucket_is_refused(release: Release, empty_cache: Path) -> None:
    key = release.bundle_key + "metrics.json"
    good = objects.get(key)
    objects.put(key, b"{}", "application/json")
    try:
        with pytest.raises(BundleError, match=r"metrics\.json"):
            fetch_bundle(release)
    finally:
        objects.put(key, good, "application/json")
    assert not (empty_cache / release.sha256).exists()


def test_the_same_bundle_is_registered_once(release: Release) -> None:
    assert register(STARTER, "again") == release


def test_activating_retires_the_one_before(release: Release, starter_copy: Copy) -> None:
    other = register(changed(starter_copy()), "other")
    activate(other)
    release.refresh_from_db()
    other.refresh_from_db()
    assert (release.status, other.status) == ("retired", "active")


def test_the_starter_does_not_push_out_ones_own_release(
    release: Release, starter_copy: Copy
) -> None:
    own = register(changed(starter_copy()), "own")
    activate(own)
    register_starter(STARTER)
    own.refresh_from_db()
    assert own.status == "active"


def test_the_command_registers_and_activates(site: None) -> None:
    call_command("register_release", STARTER, "--name", "first", "--activate")
    assert Release.objects.get().status == "active"


def test_a_name_is_given_once(release: Release, starter_copy: Copy) -> None:
    with pytest.raises(CommandError, match="pick a name"):
        call_command("register_release", changed(starter_copy()), "--name", release.name)


def test_a_changed_byte_is_refused_by_the_command(site: None, starter_copy: Copy) -> None:
    folder = starter_copy()
    (folder / "MODEL_CARD.md").write_text("changed")
    with pytest.raises(CommandError, match=r"MODEL_CARD\.md"):
        call_command("register_release", folder)
    shutil.rmtree(folder)
    assert not Release.objects.exists()


def test_a_demo_account_is_only_made_on_the_embedded_stack(site: None, settings: Any) -> None:
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="embedded stack"):
        call_command("setup_site", "--demo")
