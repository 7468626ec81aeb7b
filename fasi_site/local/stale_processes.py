"""Processes of this data folder that a killed earlier run left behind.

Two things tell them, and neither is a file that could be stale: the mark in their environment
(site processes and what `run` started), and the working folder of a server binary (servers
overwrite their environment with a title). Other checkouts have other folders.
"""

import os
import signal
import time
from pathlib import Path

import psutil

from fasi_site.local.signals import POLL_S
from fasi_site.local.subprocesses import MARK

SERVERS = ("nginx", "postgres", "valkey-server", "weed", "initdb")
PATIENCE_S = 10.0


def leftovers(data: Path) -> list[psutil.Process]:
    """Every process that belongs to the folder, besides ourselves and those that started us."""
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [p for p in psutil.process_iter() if p.pid not in ours and _belongs(p, data)]


def _belongs(process: psutil.Process, data: Path) -> bool:
    try:
        if process.name() in SERVERS and Path(process.cwd()).parent == data:
            return True
        return process.environ().get(MARK) == str(data)
    except (psutil.Error, OSError, ValueError):  # gone, or another user's
        return False


def end(data: Path) -> None:
    """End them all, orderly first. The caller holds the folder's lock, so nobody needs them."""
    for asked, by_postgres in ((signal.SIGTERM, signal.SIGINT), (signal.SIGKILL, signal.SIGKILL)):
        found = leftovers(data)
        for process in found:
            # PostgreSQL's SIGINT ends sessions too; its SIGTERM would wait for them.
            _send(process, asked, by_postgres)
        give_up = time.monotonic() + PATIENCE_S
        while any(map(_alive, found)) and time.monotonic() < give_up:
            time.sleep(POLL_S)


def _send(process: psutil.Process, asked: signal.Signals, by_postgres: signal.Signals) -> None:
    try:
        process.send_signal(by_postgres if process.name() == "postgres" else asked)
    except psutil.Error:
        return


def _alive(process: psutil.Process) -> bool:
    """Not gone, and not only waiting for a parent that never asks (as first processes do not)."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
