"""What runs from a data folder: its supervisor, its processes, and whether the site is ready."""

import http.client
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from fasi_site.local.control import supervisor
from fasi_site.local.data import DataFolder
from fasi_site.local.processes import NAME
from fasi_site.local.stale_processes import leftovers

TIMEOUT_S = 5


@dataclass(frozen=True)
class Running:
    """A process of the Procfile or a server, and what it started."""

    name: str
    pid: int
    processes: int
    memory_mb: int
    seconds: int


@dataclass(frozen=True)
class Report:
    """`address` is empty where services run without the site; `checks` is what `/readyz` says."""

    data: str
    running: bool
    ready: bool = False
    pid: int | None = None
    address: str = ""
    checks: dict[str, bool] = field(default_factory=dict)
    processes: list[Running] = field(default_factory=list)


def look(data: DataFolder) -> Report:
    """Look at everything that runs from the folder. Raises LocalError."""
    found = supervisor(data)
    if found is None:
        return Report(str(data.path), running=False)
    address = found.doing if found.doing.startswith("http") else ""
    checks = _readiness(address) if address else {}
    return Report(
        str(data.path),
        running=True,
        ready=bool(checks) and all(checks.values()),
        pid=found.pid,
        address=address,
        checks=checks,
        processes=_processes(data.path),
    )


def _readiness(address: str) -> dict[str, bool]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        said = json.loads(connection.getresponse().read())
        return {str(name): bool(holds) for name, holds in said.items()}
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return {"site": False}
    finally:
        connection.close()


def _processes(data: Path) -> list[Running]:
    """One entry a name, in the order of starting."""
    named: dict[str, list[psutil.Process]] = {}
    for process in sorted(leftovers(data), key=_started):
        if name := _name(process):
            named.setdefault(name, []).append(process)
    now = time.time()
    return [
        Running(
            name,
            pid=all_of_it[0].pid,
            processes=len(all_of_it),
            memory_mb=sum(map(_memory, all_of_it)) // 1024**2,
            seconds=round(now - _started(all_of_it[0])),
        )
        for name, all_of_it in named.items()
    ]


def _name(process: psutil.Process) -> str:
    try:
        return process.environ().get(NAME) or process.name()
    except psutil.Error:
        try:
            return process.name()
        except psutil.Error:
            return ""


def _started(process: psutil.Process) -> float:
    try:
        return float(process.create_time())
    except psutil.Error:
        return float("inf")


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
