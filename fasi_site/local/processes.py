"""The processes of the Procfile: started, shown and logged with honcho's parts, stopped in order.

honcho's own Manager signals all processes at once and kills what is left five seconds after the
first one ended. A worker must be able to finish its claim after the web process is gone, so the
loop is ours.
"""

import os
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer
from honcho.process import Popen, Process

from fasi_site.local.data import DataFolder
from fasi_site.local.signals import POLL_S
from fasi_site.local.subprocesses import dies_with_us

# No new work comes in any more, then the worker finishes what it has.
STOP_ORDER = (("waiting", "web", "beat"), ("worker", "chores", "backfill"))
PATIENCE_S = {"web": 10.0, "beat": 5.0, "worker": 15.0, "chores": 15.0, "backfill": 15.0}
OTHERS_PATIENCE_S = 5.0
# Tells whoever looks at a process which one of the Procfile it belongs to.
NAME = "FASI_PROCESS"


class LoggingPrinter(Printer):  # type: ignore[misc]
    """Shows each line in the terminal under its process's name and writes it to its log."""

    def __init__(self, data: DataFolder, names: list[str]) -> None:
        # Lines of ours have their time already.
        super().__init__(sys.stdout, time_format="", width=max(map(len, names)))
        self._logs = {name: data.log(name).open("ab", buffering=0) for name in names}

    def write(self, message: Any) -> None:
        with suppress(OSError):  # a full disk must not end us in disorder
            self._logs[message.name].write(message.data)
        with suppress(OSError):  # the terminal may be gone; the log goes on
            super().write(message)


class Processes:
    """All processes of a Procfile."""

    def __init__(
        self, procfile: Path, environment: dict[str, str], cwd: Path, data: DataFolder
    ) -> None:
        commands: dict[str, str] = parse_procfile(procfile.read_text()).processes
        self._printer = LoggingPrinter(data, list(commands))
        self._said: queue.SimpleQueue[Message] = queue.SimpleQueue()
        colours = get_colours()
        self._options = {
            name: {
                "name": name,
                "colour": next(colours),
                "env": environment | {NAME: name},
                "cwd": str(cwd),
            }
            for name in commands
        }
        self._commands = commands
        self._processes: dict[str, Process] = {}

    @property
    def names(self) -> list[str]:
        """The names of the processes, as the Procfile has them."""
        return list(self._commands)

    def start(self) -> None:
        """Start all."""
        for name in self._commands:
            self.start_one(name)

    def start_one(self, name: str) -> None:
        """Start one, or start it again; a thread that stays as long as its process does reads it.

        What a process that was killed has left running ends first: it would share the work.
        """
        if name in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(self._child(name).pid, signal.SIGKILL)
        process = Process(self._commands[name], **self._options[name])
        process._child_ctor = _Child
        self._processes[name] = process
        reader = threading.Thread(target=process.run, args=(self._said,), daemon=True)
        reader.start()
        while process._child is None and reader.is_alive():
            time.sleep(0.001)

    def show(self) -> None:
        """Show what the processes have said, waiting a moment for it."""
        end = time.monotonic() + POLL_S
        while (left := end - time.monotonic()) > 0:
            try:
                message = self._said.get(timeout=left)
            except queue.Empty:
                return
            if message.type == "line":
                self._printer.write(message)

    def ended(self) -> dict[str, int]:
        """The exit codes of the processes that have ended; minus the number for a signal."""
        codes = {name: self._child(name).poll() for name in self._processes}
        return {name: code for name, code in codes.items() if code is not None}

    def stop(self) -> None:
        """End all in order; one that takes too long is killed with everything it started."""
        known = {name for stage in STOP_ORDER for name in stage}
        others = tuple(name for name in self._processes if name not in known)
        for stage in (*STOP_ORDER, others):
            names = [name for name in stage if name in self._processes]
            for name in names:
                # Only the process itself is asked: it ends its children when their work is done.
                self._child(name).terminate()
            began = time.monotonic()
            while alive := [name for name in names if self._child(name).poll() is None]:
                for name in alive:
                    if time.monotonic() - began > PATIENCE_S.get(name, OTHERS_PATIENCE_S):
                        os.killpg(self._child(name).pid, signal.SIGKILL)
                self.show()
        self.show()

    def _child(self, name: str) -> Any:
        return self._processes[name]._child


class _Child(Popen):  # type: ignore[misc]
    """honcho's shell process, which dies with us."""

    def __init__(self, command: str, **options: Any) -> None:
        super().__init__(command, preexec_fn=dies_with_us(signal.SIGTERM), **options)
