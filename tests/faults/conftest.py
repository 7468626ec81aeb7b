"""One house for all tests of faults; each test finds it empty."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_stack import House


@pytest.fixture(scope="session")
def _house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="fasi-faults-")).resolve()
    folder.chmod(0o711)  # PostgreSQL may run as another user, who must pass through
    try:
        with House(folder) as house:
            yield house
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def house(_house: House) -> Iterator[House]:
    """Services and site run; workers and beats are the test's to start."""
    yield _house
    _house.forget()
