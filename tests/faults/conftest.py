"""One stack for all tests of faults; each test finds it empty."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_stack import LiveStack


@pytest.fixture(scope="session")
def _stack() -> Iterator[LiveStack]:
    folder = Path(tempfile.mkdtemp(prefix="fasi-faults-")).resolve()
    folder.chmod(0o711)  # PostgreSQL may run as another user, who must pass through
    try:
        with LiveStack(folder) as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stack(_stack: LiveStack) -> Iterator[LiveStack]:
    """Services and site run; workers and beats are the test's to start."""
    yield _stack
    _stack.forget()
