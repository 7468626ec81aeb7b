"""What the start of a new version does about the release that serves."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from classifier.models import Release
from classifier.releases.lifecycle import promote, roll_back
from tests.support.probed_bundle import renew
from worker.releases import register, register_starter


@pytest.fixture
def shipped(tmp_path: Path, probed: Path) -> Path:
    """The starter of a newer version."""
    folder = Path(shutil.copytree(probed, tmp_path / "starter"))
    return renew(folder, card="# The starter of a newer version\n")


def active() -> str:
    return Release.objects.get(status=Release.Status.ACTIVE).sha256


def test_a_newer_starter_follows_an_older_one(release: Release, shipped: Path) -> None:
    newer = register_starter(shipped)
    assert active() == newer.sha256 != release.sha256


def test_a_starter_that_was_rolled_back_does_not_return_with_the_next_start(
    release: Release, shipped: Path
) -> None:
    register_starter(shipped)
    roll_back()
    assert active() == release.sha256
    register_starter(shipped)
    assert active() == release.sha256


def test_a_release_of_ones_own_stays_whatever_its_name(
    release: Release, shipped: Path, another: Callable[..., Path]
) -> None:
    own = register(another(), "starter-of-ours")
    promote(own)
    register_starter(shipped)
    assert active() == own.sha256


def test_a_site_whose_workers_would_refuse_the_active_release_is_not_set_up(
    release: Release, another: Callable[..., Path], settings: Any
) -> None:
    promote(register(another(), "own"))
    settings.FASI_UNSIGNED_RELEASES = False
    with pytest.raises(CommandError, match=r"own is not signed.*FASI_UNSIGNED_RELEASES=true"):
        call_command("setup_site")
