"""One stack for all tests of faults; each test finds it empty."""

from collections.abc import Iterator

import pytest

from tests.support.live_stack import LiveStack
from tests.support.starting import own_folder


@pytest.fixture(scope="session")
def _stack() -> Iterator[LiveStack]:
    with own_folder("faults") as folder, LiveStack(folder) as stack:
        yield stack


@pytest.fixture
def stack(_stack: LiveStack) -> Iterator[LiveStack]:
    """Services and site run; workers and beats are the test's to start."""
    yield _stack
    _stack.forget()
