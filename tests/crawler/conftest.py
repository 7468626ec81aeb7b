"""A site, a profile for it, and the crawler as anybody would call it: a process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crawler.site import Site
from tests.e2e.browser import install_browser

ROOT = Path(__file__).resolve().parents[2]
PROFILE = """
name = "test-snaps"
listing = "{address}/list?style={{style}}&p={{page}}"
item = ".articleImg"
image = ".lbox@href"
page = ".page@href"
owner = ".by"
rights = "the test"
wardrobe = "women"
per_page = 4
delay_s = 0
patience_s = 0.5
least_side = 100
[styles]
01 = "warm"
02 = "cold"
"""
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


def crawler(*arguments: str | Path, **environment: str) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "crawler", *map(str, arguments)]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the crawler to its end."""
    return subprocess.run(
        crawler(*arguments),
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def crawl(profile: Path, tmp_path: Path) -> Crawl:
    """`crawl --styles=01` crawls the site into `tmp_path / "snaps"`."""

    def call(*more: str) -> subprocess.CompletedProcess[str]:
        return run(*crawl_arguments(profile, tmp_path), *more)

    return call


def crawl_arguments(profile: Path, folder: Path) -> list[str]:
    output = folder / "snaps"
    return ["crawl", f"--profile={profile}", f"--output={output}", "--allow-host=127.0.0.1"]
