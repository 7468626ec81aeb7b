"""`up`: the whole product, from an empty folder to "ready", and its orderly end."""

import signal
import sys
import time
from functools import partial
from pathlib import Path

from fasi_site.local import stale_processes, subprocesses
from fasi_site.local.data import ROOT, DataFolder
from fasi_site.local.errors import LocalError, Stopped, tail
from fasi_site.local.ports import HOST, check_site_port, site_port
from fasi_site.local.processes import Processes
from fasi_site.local.readiness import Readiness
from fasi_site.local.restarts import CrashesAgainAndAgain, Restarts
from fasi_site.local.runner import site_environment
from fasi_site.local.signals import StopRequest
from fasi_site.local.stack import Stack

READY_S = 90.0
SETUP = ["manage.py", "setup_site", "--demo"]


def up() -> int:
    """Run everything until somebody asks for the end; returns the exit code.

    What ends by itself is started again. Raises LocalError, with everything stopped, where
    something cannot start or crashes again and again.
    """
    stop = StopRequest()
    stop.install()
    data = DataFolder.from_environment()
    port = site_port()
    url = f"http://{HOST}:{port}"
    data.prepare()
    with data.locked(url):
        stale_processes.end(data.path)
        check_site_port(port)
        try:
            with Stack(data, port, with_site=True) as stack:
                say("Starting nginx, PostgreSQL, Valkey and SeaweedFS ...")
                stack.start(stop)
                environment = site_environment(stack) | {"PYTHONUNBUFFERED": "1"}
                _set_up(data, environment, stop)
                _serve(stack, environment, url, stop)
        except Stopped:
            say("Everything has stopped.")
        finally:
            # What a killed process started has nobody else to end it.
            stale_processes.end(data.path)
    return 0


def say(line: str) -> None:
    """Tell the person in the terminal, if it is still there."""
    try:
        print(line, flush=True)
    except OSError:
        return


def _set_up(data: DataFolder, environment: dict[str, str], stop: StopRequest) -> None:
    say("Setting up the site ...")
    log = data.log("setup")
    with log.open("ab") as output:
        process = subprocesses.start(
            [sys.executable, *SETUP], environment=environment, cwd=ROOT, output=output
        )
        try:
            stop.wait_until(lambda: process.poll() is not None, float("inf"))
        finally:
            subprocesses.end(process, signal.SIGTERM, patience_s=5)
    if process.returncode != 0:
        raise LocalError(f"The site could not be set up.\n{tail(log, lines=100)}")


def _serve(stack: Stack, environment: dict[str, str], url: str, stop: StopRequest) -> None:
    """Run the Procfile until somebody asks for the end. Always raises: Stopped or LocalError."""
    say("Starting the web server, the worker and the schedule ...")
    processes = Processes(ROOT / "Procfile", environment, ROOT, stack.data)
    readiness = Readiness(stack.site_port)
    restarts = Restarts()
    began = time.monotonic()
    try:
        processes.start()
        readiness.start()
        announced = False
        while True:
            processes.show()
            stop.check()
            _start_again(processes, stack, restarts)
            if not announced and readiness.reached.is_set():
                announced = True
                say(f"FASI is ready: {url}")
                say("Sign in as demo / demo")
                say("Ctrl-C stops everything")
            if not announced and time.monotonic() - began > READY_S:
                raise LocalError(_not_ready(readiness, stack, processes))
    finally:
        readiness.stop()
        if stop.signal is not None:
            say("Stopping ...")
        processes.stop()


def _start_again(processes: Processes, stack: Stack, restarts: Restarts) -> None:
    """Notice who died, say so, and start whose pause is over. Raises LocalError for the last."""
    for name, code in processes.ended().items():
        if not restarts.waiting(name):
            processes.show()  # its last words may still be on their way to its log
            _note(restarts, name, f"The {name} process", code, stack.data.logs / f"{name}.log")
    for service in stack.ended():
        if not restarts.waiting(service.name) and service.process is not None:
            code = service.process.returncode
            _note(restarts, service.name, service.title, code, service.log)
    starts = {service.name: service.start for service in stack.services}
    starts |= {name: partial(processes.start_one, name) for name in processes.names}
    restarts.start_due(starts)


def _note(restarts: Restarts, name: str, title: str, code: int, log: Path) -> None:
    ended = f"{title} ended by itself ({_how(code)})"
    try:
        pause = restarts.died(name)
    except CrashesAgainAndAgain:
        raise LocalError(
            f"{ended}, again and again, so everything was stopped; its log is {log}.\n{tail(log)}"
        ) from None
    say(f"{ended} and is started again in {pause:g} s; its log is {log}")


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _not_ready(readiness: Readiness, stack: Stack, processes: Processes) -> str:
    logs = "\n".join(filter(None, (tail(stack.data.logs / f"{n}.log") for n in processes.names)))
    return (
        f"FASI was not ready within {READY_S:.0f} seconds, so everything was stopped; "
        f"/readyz last said: {readiness.last}\n{logs}"
    )
