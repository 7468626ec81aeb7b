"""`manage.py classify_folder` as anybody would call it: a process, and no service set up."""

import csv
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from django.conf import settings

from tests.support.images import outfit_jpeg

COMMAND = (sys.executable, str(settings.BASE_DIR / "manage.py"), "classify_folder")
# Nothing but what a shell has: the command must not need one of our settings.
# Beside that the photos of tests are drawn, so the model's gate is only asked where a test says so.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.environ.get("HOME", "/"),
    "FASI_GATE": "false",
}


def classify_folder(*arguments: str | Path, gate: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env={**ENVIRONMENT, "FASI_GATE": str(gate).lower()},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def read(table: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(StringIO(table)))


def fill(folder: Path, count: int, different: int = 4) -> list[str]:
    """`count` drawn photos of which `different` differ; their paths relative to `folder`."""
    names: list[str] = []
    for number in range(count):
        path = folder / f"{number % 3}" / f"{number:04}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number < different:
            path.write_bytes(outfit_jpeg(number))
        else:
            path.hardlink_to(folder / names[number % different])
        names.append(path.relative_to(folder).as_posix())
    return names
