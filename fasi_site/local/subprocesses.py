"""Child processes that do not outlive us, and that a later start can recognise if they do."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

# Whatever we start carries this variable, so that leftovers are known by their data folder.
MARK = "FASI_STACK"
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with_us(by: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends the child this signal when we die, even by kill -9.

    Strictly, when the *thread* dies that starts the child, so start children in threads that stay.
    Only Linux can do it (prctl(2)); elsewhere a later start cleans up.
    """
    libc = _libc
    if libc is None:
        return None
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(by))
        if os.getppid() != parent:  # we died before the child could ask
            os._exit(1)

    return ask


def marked(data: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment with the mark of this data folder."""
    return {**environment, MARK: str(data)}


def start(
    command: list[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    output: IO[bytes],
    user: int | None = None,
    group: int | None = None,
    by: signal.Signals = signal.SIGTERM,
    umask: int = -1,
) -> "subprocess.Popen[bytes]":
    """Start a process away from the terminal: Ctrl-C there reaches only us, who stop in order.

    `user` and `group` are ids to run under, for root only; `by` is the signal of our death.
    """
    return subprocess.Popen(
        command,
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=user,
        group=group,
        extra_groups=None if user is None else [],
        umask=umask,
        preexec_fn=dies_with_us(by),  # noqa: PLW1509  (it only makes two system calls)
    )


def end(process: "subprocess.Popen[bytes]", by: signal.Signals, patience_s: float) -> None:
    """Ask a process that we started to end; if it does not in time, kill its whole group."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
