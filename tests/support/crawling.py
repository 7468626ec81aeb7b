"""The crawler as anybody would call it, a process, and a profile for the test site."""

import os
import subprocess
import sys
from pathlib import Path

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


def crawl_arguments(profile: Path, folder: Path) -> list[str]:
    output = folder / "snaps"
    return ["crawl", f"--profile={profile}", f"--output={output}", "--allow-host=127.0.0.1"]
