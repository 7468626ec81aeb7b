"""A site, a profile for it, and the crawler as anybody would call it: a process."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.browser import install_browser
from tests.support.crawl_site import Site
from tests.support.crawling import PROFILE, crawl_arguments, run

Crawl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def street() -> Iterator[Site]:
    install_browser()
    with Site() as street:
        yield street


@pytest.fixture
def profile(street: Site, tmp_path: Path) -> Path:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE.format(address=street.address))
    return path


@pytest.fixture
def crawl(profile: Path, tmp_path: Path) -> Crawl:
    """`crawl --styles=01` crawls the site into `tmp_path / "snaps"`."""

    def call(*more: str) -> subprocess.CompletedProcess[str]:
        return run(*crawl_arguments(profile, tmp_path), *more)

    return call
