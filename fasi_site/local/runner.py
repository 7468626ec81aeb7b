"""`run`: the three services, and one command that uses them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fasi_site.local import stale_processes
from fasi_site.local.data import DataFolder
from fasi_site.local.errors import LocalError
from fasi_site.local.ports import free_port, site_port
from fasi_site.local.signals import POLL_S, StopRequest
from fasi_site.local.stack import Stack
from fasi_site.local.subprocesses import dies_with_us, marked

PATIENCE_S = 20.0


def run(command: list[str], folder: Path | None, *, fresh: bool) -> int:
    """Start the services, run the command in the current folder, stop them.

    Returns the command's exit code, 128 plus the signal's number where a signal ended it.
    """
    stop = StopRequest()
    stop.install()
    with _data(folder, fresh=fresh) as data:
        data.prepare()
        with data.locked(f"for: {' '.join(command)}"):
            stale_processes.end(data.path)
            with Stack(data, site_port() if os.environ.get("FASI_PORT") else free_port()) as stack:
                stack.start(stop)
                environment = site_environment(stack)
                return _run(command, environment, stop)


def site_environment(stack: Stack) -> dict[str, str]:
    """Ours, with the services' variables, the mark, and our programs first on PATH."""
    programs = str(Path(sys.prefix) / "bin")
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return {**marked(stack.data.path), **stack.environment(), "PATH": path}


@contextmanager
def _data(folder: Path | None, *, fresh: bool) -> Iterator[DataFolder]:
    if not fresh:
        yield DataFolder(folder.resolve()) if folder else DataFolder.from_environment()
        return
    path = Path(tempfile.mkdtemp(prefix="fasi-")).resolve()
    try:
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        yield DataFolder(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _run(command: list[str], environment: Mapping[str, str], stop: StopRequest) -> int:
    try:
        # It shares our terminal, so Ctrl-C there reaches it directly.
        process = subprocess.Popen(
            command,
            env=dict(environment),
            preexec_fn=dies_with_us(signal.SIGTERM),  # noqa: PLW1509  (only two system calls)
        )
    except OSError as error:
        raise LocalError(f"{command[0]} cannot be run: {error.strerror}.") from error
    while process.poll() is None and stop.signal in (None, signal.SIGINT):
        _wait(process, POLL_S)
    if process.poll() is None:
        process.terminate()
        if _wait(process, PATIENCE_S) is None:
            process.kill()
    code = process.wait()
    return code if code >= 0 else 128 - code


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
