"""What docs/api.md says: its commands are run, its codes exist; and the page at /api/docs."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from classifier.api.problems import statuses
from classifier.integrations.tokens import issue_token
from classifier.lifecycle.failures import Failure
from classifier.models import DirectUpload, Outfit, Scope, Webhook
from classifier.storage import objects
from tests.support.browser import start_browser
from tests.support.images import outfit_jpeg
from tests.support.starting import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text()
PHOTOS = ("coat", "boots", "hat", "one", "two", "scarf", "belt", "tie")
# An address that resolves here, where there may be no network.
HOOK = ("https://shop.example.org", "https://127.0.0.1")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.S)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed, name in enumerate(PHOTOS):
        (tmp_path / f"{name}.jpg").write_bytes(outfit_jpeg(seed))
    (tmp_path / "notes.txt").write_text("no photo")
    return tmp_path


@pytest.fixture
def environment(live_server: LiveServer, owner: User) -> dict[str, str]:
    token = issue_token(owner, "docs", [Scope.READ, Scope.WRITE]).text
    client = str(ROOT / "clients" / "python")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        "FASI_URL": live_server.url,
        "FASI_TOKEN": token,
        "PYTHONPATH": client,
        "PATH": path,
        "TERM": "dumb",
    }


def test_the_commands_of_the_page_work(
    folder: Path,
    environment: dict[str, str],
    working: Callable[[], AbstractContextManager[None]],
    nobody_waits: None,
) -> None:
    lines = [
        line
        for block in blocks("sh")
        for line in block.replace(*HOOK).splitlines()
        if not line.startswith("export ")
    ]
    assert len(lines) > 20
    # Every command that fails ends the script, also within a pipe; curl fails on 4xx and 5xx.
    script = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n'
    with working():
        run = subprocess.run(
            ["bash", "-c", script + "\n".join(lines)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    names = set(Outfit.objects.values_list("original_name", flat=True))
    # The coat was deleted again; the scarf came directly, and is checked by a task of the worker.
    assert names == {f"{name}.jpg" for name in PHOTOS} - {"coat.jpg", "scarf.jpg"}
    assert DirectUpload.objects.get().status == "queued"
    assert Webhook.objects.count() == 1
    objects.remove([DirectUpload.objects.get().key])


def test_the_python_of_the_page_works(
    folder: Path,
    environment: dict[str, str],
    working: Callable[[], AbstractContextManager[None]],
    nobody_waits: None,
) -> None:
    (code,) = blocks("python")
    with working():
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    assert "tie.jpg" in run.stdout
    assert "can’t read this file" in run.stdout


def test_the_json_of_the_page_is_json() -> None:
    for block in blocks("json"):
        json.loads(block)


def test_every_reason_code_is_on_the_page() -> None:
    own = {code: status for code, status in statuses().items() if code not in list(Failure)}
    for code, status in own.items():
        row = next(line for line in PAGE.splitlines() if f"`{code}`" in line and line[0] == "|")
        assert str(status) in row.split("|")[1], code


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    driver = start_browser(1280, 844, tmp_path / "profile")
    yield driver
    driver.quit()


def test_the_documentation_page_loads_nothing_from_elsewhere(
    live_server: LiveServer, site: None, browser: Chrome
) -> None:
    browser.get(f"{live_server.url}/api/docs")
    wait = WebDriverWait(browser, 20)
    wait.until(lambda page: len(page.find_elements(By.CLASS_NAME, "opblock")) > 20)
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert loaded
    assert [name for name in loaded if not name.startswith((live_server.url, "data:"))] == []
    # A refused script, style or image would be reported here.
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in log if entry["level"] == "SEVERE"] == []
