"""From another terminal: whether FASI runs from a data folder, starting it away from here, its end.

The kernel's lock on the folder says who runs it, so a file that a killed process left behind
misleads nobody.
"""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from fasi_site.local.data import ROOT, DataFolder, already_runs
from fasi_site.local.errors import LocalError
from fasi_site.local.signals import StopRequest

POLL_S = 0.1
STOP_S = 90.0
"""Longer than the processes of the site and the services may take together."""
READY = "FASI is ready: "


@dataclass(frozen=True)
class Supervisor:
    """The process that runs FASI from a data folder, and what it does: an address, a command."""

    pid: int
    doing: str


def supervisor(data: DataFolder) -> Supervisor | None:
    """Who has the folder; None where nobody does. Raises LocalError where it may not be read."""
    try:
        with (data.path / "lock").open() as file:
            named = re.match(r"pid (\d+), (.*)", file.read())
            if named is None or not _exists(int(named[1])):
                return None  # without touching the lock, which somebody may be about to take
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Supervisor(int(named[1]), named[2])
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise LocalError(
            f"The data folder {data.path} belongs to another user: ask as that user, or set"
            " FASI_DATA."
        ) from error
    return None


def stop(data: DataFolder) -> Supervisor | None:
    """End what runs from the folder and wait for it; None where nothing did. Raises LocalError."""
    found = supervisor(data)
    if found is None:
        return None
    try:
        os.kill(found.pid, signal.SIGTERM)
    except ProcessLookupError:
        return found
    except PermissionError as error:
        raise LocalError(
            f"Process {found.pid}, which runs FASI, belongs to another user: stop it as that user."
        ) from error
    give_up = time.monotonic() + STOP_S
    while supervisor(data) == found:
        if time.monotonic() > give_up:
            raise LocalError(
                f"Process {found.pid} has not ended within {STOP_S:.0f} seconds; `kill -9"
                f" {found.pid}` ends it, and the next start ends what it leaves behind."
            )
        time.sleep(POLL_S)
    return found


def start_in_background(data: DataFolder) -> list[str]:
    """Start `up` away from this terminal and wait until it is ready; the lines that it then says.

    What it says goes to `up.log`. Raises LocalError with its reason where it ends instead.
    """
    there = supervisor(data)
    if there is not None:
        raise already_runs(data.path, f"pid {there.pid}, {there.doing}")
    data.prepare()
    stopping = StopRequest()
    stopping.install()
    log = data.log("up")
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "fasi_site.local", "up"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        stopping.wait_until(
            lambda: process.poll() is not None or READY in log.read_text(errors="replace"),
            float("inf"),
        )
    except BaseException:
        process.terminate()
        process.wait()
        raise
    said = log.read_text(errors="replace").splitlines()
    if process.poll() is not None:
        raise LocalError("\n".join(said[-100:]) or f"It ended with {process.returncode}.")
    return [line for line in said if line.startswith(READY)]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
