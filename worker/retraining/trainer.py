"""`python -m training`, as a process that ends with this one, while the lease is renewed.

It is another process because TensorFlow must be in none of ours, and gets no secrets: training
knows neither database nor bucket.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from classifier.leases import Lease
from classifier.models import Retraining
from worker.retraining.workspace import Workspace

log = structlog.get_logger(__name__)

NEEDED = ("tensorflow", "keras", "scipy", "nncf", "openvino")
LOG_BYTES = 16_384
PR_SET_PDEATHSIG = 1


class TrainerFailed(Exception):
    """The training ended with an error; the message is what it said."""


class TrainerKilled(Exception):
    """A signal ended the training: a person, or the kernel for want of memory."""


class PackagesMissing(Exception):
    """Training cannot run here; the message says what to install."""


def check_installed() -> None:
    """Raises PackagesMissing."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise PackagesMissing(
            f"Retraining needs packages that are not installed here ({', '.join(missing)}):"
            " pip install -r requirements/training.txt, and"
            " pip install --no-deps -r requirements/nncf.txt."
        )


class Trainer:
    """Runs commands of training for one claimed retraining."""

    def __init__(self, lease: Lease[Retraining], space: Workspace) -> None:
        self._lease = lease
        self._log = space.log
        self._lock = space.lock
        self._work = space.folder / "work"

    def run(self, *arguments: str | Path) -> None:
        """Run one command to its end. Raises TrainerFailed, TrainerKilled, LeaseLost."""
        command = [sys.executable, "-m", "training", f"--work={self._work}"]
        command += [str(each) for each in arguments]
        with self._log.open("ab") as output:
            started = output.tell()
            output.write(f"$ training {' '.join(command[4:])}\n".encode())
            output.flush()
            child = subprocess.Popen(  # noqa: S603  (settings say what it is told, not requests)
                command,
                cwd=settings.BASE_DIR,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(self._lock,),
                preexec_fn=_dies_with_us(),  # noqa: PLW1509  (it only makes two system calls)
            )
        try:
            code = self._wait(child)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        said = _end_of(self._log, started)
        self._lease.renew(log=_end_of(self._log))
        if code < 0:
            raise TrainerKilled(f"The training was killed by signal {-code}.")
        if code:
            raise TrainerFailed(_sentence(said))

    def _wait(self, child: "subprocess.Popen[bytes]") -> int:
        """Its exit code; meanwhile the lease is renewed. Raises LeaseLost."""
        renewed = time.monotonic()
        while True:
            try:
                return child.wait(min(10.0, settings.FASI_RETRAIN_LEASE_S / 4))
            except subprocess.TimeoutExpired:
                said = _end_of(self._log)
            try:
                self._lease.renew(progress=_last_line(said), log=said)
                renewed = time.monotonic()
            except DatabaseError as error:
                # Until the lease is over, nobody else takes the job: the training goes on.
                if time.monotonic() - renewed > settings.FASI_RETRAIN_LEASE_S:
                    raise
                log.warning("retraining_lease_not_renewed", error=str(error))
                connection.close()


def _environment() -> dict[str, str]:
    """Ours, without the settings, some of which are secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FASI_")}


def _dies_with_us() -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel kills the child when this process dies, be it by kill -9.

    Only Linux can do it; elsewhere the folder's lock keeps the next attempt away until it ends.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:  # it died before the child could ask
            os._exit(1)

    return ask


def _end_of(path: Path, start: int = 0) -> str:
    """The last lines from there on; of a line that was rewritten, what it said in the end."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(start, size - LOG_BYTES))
        text = file.read().decode(errors="replace").replace("\0", "")
    return "\n".join(line.rstrip().rsplit("\r", 1)[-1] for line in text.split("\n")).strip()


def _last_line(said: str) -> str:
    return said.rsplit("\n", 1)[-1][:200]


def _sentence(said: str) -> str:
    """What the command says of its failure, in its own words, or else its last line."""
    lines: Sequence[str] = said.split("\n")
    told = [line for line in lines if line.startswith("training: ")]
    return told[-1].removeprefix("training: ") if told else _last_line(said)
