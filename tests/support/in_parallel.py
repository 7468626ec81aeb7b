"""What each process of pytest-xdist has to itself, and which tests share a process.

Loaded as a plugin before Django reads its settings. The services are one set for all; in them each
process has a database (pytest-django names it), numbers of Valkey's databases, a bucket, and a
folder.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from xdist.scheduler import LoadScopeScheduling

NUMBERS_EACH = 2
"""Of Valkey's sixteen databases: one for the broker, one for the cache."""
# Folders whose tests share a product that takes long to start.
TOGETHER = ("tests/e2e/", "tests/faults/")


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A process takes a file of tests at a time, or a folder whose tests share a product."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Called in the process that hands tests out."""
    return _ByFile(config, log)


def _take_own(worker: str) -> None:
    number = int(worker.removeprefix("gw"))
    for name in ("FASI_BROKER_URL", "FASI_CACHE_URL"):
        url = urlsplit(os.environ[name])
        database = int(url.path.removeprefix("/")) + NUMBERS_EACH * number
        os.environ[name] = urlunsplit(url._replace(path=f"/{database}"))
    os.environ["FASI_S3_BUCKET"] += f"-{worker}"
    # For static files, and for the files of metrics, which all processes that share them sum up.
    os.environ["FASI_DATA"] = str(Path(os.environ["FASI_DATA"]) / worker)


if "PYTEST_XDIST_WORKER" in os.environ and "FASI_BROKER_URL" in os.environ:
    _take_own(os.environ["PYTEST_XDIST_WORKER"])
