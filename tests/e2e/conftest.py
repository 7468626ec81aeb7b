"""The whole product, started as a newcomer starts it, and a browser."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.conftest import STARTER
from tests.e2e.browser import start_browser

ROOT = STARTER.parent.parent
FAILURES = Path(__file__).parent.parent / "failures"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a product of its own, started with what `make up` runs."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    # Nothing of the services that these tests themselves run on.
    environment = {name: value for name, value in os.environ.items() if "FASI" not in name}
    environment |= {
        "FASI_DATA": str(tmp_path_factory.mktemp("product")),
        "FASI_PORT": str(port),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "fasi_site.local", "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:  # ends when the product does
        lines.append(line)
        if line.startswith("FASI is ready:"):
            break
    assert lines[-1].strip() == f"FASI is ready: {address}", "".join(lines)
    yield address
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.fixture(params=[1280, 390], ids=["1280", "390"])
def browser(request: pytest.FixtureRequest, tmp_path: Path, product: str) -> Iterator[Chrome]:
    """A browser of two widths; a failing test leaves a screenshot in tests/failures/."""
    driver = start_browser(request.param, 844, tmp_path / "profile")
    yield driver
    if request.node.stash.get(FAILED, False):
        FAILURES.mkdir(exist_ok=True)
        driver.save_screenshot(str(FAILURES / f"{request.node.name}.png"))
    driver.quit()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
