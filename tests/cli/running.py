"""`fasi` as anybody would call it: a process, and nothing set but what a shell has."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.starting import PATIENCE_S, ROOT, environment

FASI = [sys.executable, "-m", "cli"]


def fasi(
    *arguments: str | Path, data: Path, cwd: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run it to its end, with this data folder; `cwd` is where the person is."""
    return subprocess.run(
        [*FASI, *map(str, arguments)],
        cwd=cwd or ROOT,
        env=environment(data, **{"PYTHONPATH": str(ROOT), "COLUMNS": "80", **variables}),
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,  # `up --detach` sets a whole site up
        check=False,
    )


def sentence(ended: "subprocess.CompletedProcess[str]", code: int) -> str:
    """The one line on stderr of a command that failed with this code."""
    assert ended.returncode == code, (ended.stdout, ended.stderr)
    (line,) = ended.stderr.splitlines()
    assert line.startswith("fasi: ")
    assert line.endswith(".")
    return line.removeprefix("fasi: ")


def on_path(folder: Path) -> str:
    """A PATH with a program `fasi`, where the one of the installed package would be."""
    program = folder / "fasi"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m cli "$@"\n')
    program.chmod(0o755)
    return os.pathsep.join([str(folder), os.environ["PATH"]])
