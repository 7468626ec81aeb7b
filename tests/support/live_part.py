"""One process of a live FASI, to be killed, frozen, stopped and listened to."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil

from fasi_site.local.subprocesses import start as start_child
from tests.support.live_rows import PATIENCE_S
from tests.support.starting import ROOT


class Part:
    """A process of the product with all its children, in a process group of its own."""

    def __init__(self, command: list[str], variables: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = start_child(command, environment=variables, cwd=ROOT, output=output)

    def children(self) -> list[psutil.Process]:
        """What it has forked: a worker's or the site's processes that do the work."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill_children(self) -> None:
        """SIGKILL to those that do the work; the main process lives and starts others."""
        for child in self.children():
            child.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group, and wait."""
        self.signal(signal.SIGKILL)
        self.process.wait()

    def signal(self, by: signal.Signals) -> None:
        """Send a signal to the whole group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, by)

    def terminate(self) -> int:
        """Ask the main process to end, as a supervisor does, and wait for its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def said(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace")
