"""Starts `python -m fasi_site.local ...` for real and watches it from outside."""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from fasi_site.local.ports import HOST, free_port
from fasi_site.local.stale_processes import leftovers

ROOT = Path(__file__).resolve().parents[2]
LOCAL = [sys.executable, "-m", "fasi_site.local"]
PATIENCE_S = 180.0
"""A whole product starts within it on a slow machine that does other things, too."""


def wait_until(
    holds: Callable[[], object], what: str, patience_s: float = PATIENCE_S, pause_s: float = 0.02
) -> None:
    """Wait for a condition; the test fails with `what` if it does not come."""
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, f"waited {patience_s:.0f} s in vain for: {what}"
        time.sleep(pause_s)


@contextmanager
def own_folder(prefix: str) -> Iterator[Path]:
    """An empty folder for a stack, gone at the end. PostgreSQL may run as another user."""
    with tempfile.TemporaryDirectory(prefix=f"fasi-{prefix}-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        folder.chmod(0o711)
        yield folder


def environment(data: Path, **variables: str) -> dict[str, str]:
    """A person's environment: nothing of the services that this test run itself uses.

    The photos of tests are drawn, so every photo counts as an outfit unless a test says otherwise.
    """
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FASI_")}
    return {**plain, "FASI_DATA": str(data), "FASI_GATE": "false", **variables}


def local(*arguments: str, data: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of the package to its end."""
    return subprocess.run(
        [*LOCAL, *arguments],
        cwd=ROOT,
        env=environment(data, **variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def processes_of(data: Path) -> list[psutil.Process]:
    """What lives of a stack; the dead that nobody has fetched do not count."""
    return [p for p in leftovers(data.resolve()) if _lives(p)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


class Up:
    """A running `up`, with what it has said so far."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data = data
        self.port = free_port()
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*LOCAL, "up"],
            cwd=ROOT,
            env=environment(data, FASI_PORT=str(self.port), **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def wait_for(self, line: str) -> None:
        """Wait until it has said this line."""
        wait_until(lambda: line in self.said or self.process.poll() is not None, line)
        assert line in self.said, "\n".join(self.said)

    def wait_ready(self) -> None:
        """Wait until a photo can be classified."""
        self.wait_for(f"FASI is ready: {self.address}")
        self.wait_for("Sign in as demo / demo")

    def end(self, by: signal.Signals) -> int:
        """Send the signal and wait for the exit code."""
        self.process.send_signal(by)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    def get(self, path: str) -> int:
        """The status of a page."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
