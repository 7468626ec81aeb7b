"""Bundles of the present format that a test may register."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import STARTER
from tests.support.probed_bundle import MADE, renew


@pytest.fixture(scope="session")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter for OpenVINO only, with a date and a probe; never changed."""
    folder = tmp_path_factory.mktemp("probed") / "bundle"
    left_out = shutil.ignore_patterns("style.keras", "probe.npz", "release.json")
    shutil.copytree(STARTER, folder, ignore=left_out)
    return renew(folder)


@pytest.fixture
def another(probed: Path, tmp_path: Path) -> Callable[..., Path]:
    """A bundle of its own that passes; `another(later=timedelta(days=1))` was made later."""
    made: list[Path] = []

    def copy(later: timedelta = timedelta()) -> Path:
        folder = Path(shutil.copytree(probed, tmp_path / f"bundle-{len(made)}"))
        made.append(folder)
        return renew(folder, MADE + later, card=f"# Number {len(made)}\n")

    return copy


@pytest.fixture
def empty_cache(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "bundles"
