"""The whole product, started as a newcomer starts it, and a browser."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.support.browser import start_browser
from tests.support.oidc import environment_of, provider
from tests.support.starting import Up, own_folder

FAILURES = Path(__file__).parent.parent / "failures"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def up() -> Iterator[Up]:
    """A product of its own, started with what `make up` runs, beside an OpenID provider.

    Not in pytest's folder, which the next pytest on the machine closes to PostgreSQL's user.
    """
    with provider() as issuer, own_folder("product") as folder:
        up = Up(folder / "data", **environment_of(issuer))
        try:
            up.wait_ready()
            yield up
        finally:
            code = up.end(signal.SIGTERM)
    assert code == 0


@pytest.fixture(scope="session")
def product(up: Up) -> str:
    """Its address."""
    return up.address


@pytest.fixture(params=[1280, 390], ids=["1280", "390"])
def browser(request: pytest.FixtureRequest, tmp_path: Path, up: Up) -> Iterator[Chrome]:
    """A browser of two widths; what a failing test saw goes to tests/failures/."""
    driver = start_browser(request.param, 844, tmp_path / "profile")
    yield driver
    if request.node.stash.get(FAILED, False):
        FAILURES.mkdir(exist_ok=True)
        driver.save_screenshot(str(FAILURES / f"{request.node.name}.png"))
        (FAILURES / f"{request.node.name}.log").write_text("\n".join(up.said))
    driver.quit()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Any:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
