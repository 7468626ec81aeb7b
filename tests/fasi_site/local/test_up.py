"""`up`: the whole product, started and ended for real. Each start takes some seconds."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.starting import ROOT, Up, environment, local, processes_of, wait_until


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a space in its path."""
    return tmp_path_factory.mktemp("local") / "data of a neighbour"


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[Up]:
    up = Up(data)
    try:
        up.wait_ready()
        yield up
    finally:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)


def test_it_is_ready_when_it_says_so(running: Up) -> None:
    assert running.get("/readyz") == 200
    assert running.said.count(f"FASI is ready: {running.address}") == 1
    running.wait_for("Ctrl-C stops everything")


def test_a_second_start_names_the_first(running: Up) -> None:
    ended = local("up", data=running.data, FASI_PORT=str(running.port))
    assert ended.returncode == 1
    assert f"pid {running.process.pid}, {running.address}" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert running.get("/readyz") == 200


def test_a_second_terminal_finds_the_services(running: Up) -> None:
    """Only the folder is named; the settings read the rest from `services.env`."""
    assert stat.S_IMODE((running.data / "services.env").stat().st_mode) == 0o600
    ended = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=ROOT,
        env=environment(running.data),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended


def test_nothing_listens_beyond_this_machine(running: Up) -> None:
    addresses = {
        connection.laddr.ip
        for process in processes_of(running.data)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_after_kill_9_a_start_just_works_and_sigterm_leaves_nothing(running: Up) -> None:
    """The last test with this folder: it kills the first supervisor."""
    running.end(signal.SIGKILL)
    again = Up(running.data)
    again.wait_ready()
    assert again.get("/readyz") == 200
    assert again.end(signal.SIGTERM) == 0, again.said
    assert processes_of(running.data) == []
    assert "Traceback" not in "\n".join(again.said)


def test_ctrl_c_twice_while_it_starts_ends_everything(data: Path) -> None:
    up = Up(data)
    up.wait_for("Setting up the site ...")
    os.kill(up.process.pid, signal.SIGINT)
    assert up.end(signal.SIGINT) == 0
    assert up.said[-1] == "Everything has stopped."
    assert processes_of(data) == []


def test_a_process_that_ends_by_itself_is_named_and_ends_all(data: Path) -> None:
    up = Up(data)
    up.wait_for("Starting the web server, the worker and the schedule ...")
    wait_until(lambda: _beat(data), "beat")
    os.kill(_beat(data)[0].pid, signal.SIGKILL)
    assert up.process.wait(60) == 1
    wait_until(lambda: any("ended by itself" in line for line in up.said), "the sentence")
    sentence = next(line for line in up.said if "ended by itself" in line)
    assert sentence.startswith("The beat process ended by itself (signal 9)")
    assert str(data / "logs" / "beat.log") in sentence
    assert processes_of(data) == []


def _beat(data: Path) -> list[psutil.Process]:
    return [p for p in processes_of(data) if "beat" in p.cmdline()]
