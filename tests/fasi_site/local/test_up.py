"""`up`: the whole product, started and ended for real. Each start takes some seconds."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
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


def test_what_dies_is_started_again_and_what_dies_again_and_again_ends_all(data: Path) -> None:
    up = Up(data)
    try:
        up.wait_ready()
        for name, title in (
            ("valkey-server", "Valkey"),
            ("nginx", "nginx"),
            ("weed", "SeaweedFS"),
            ("postgres", "PostgreSQL"),
        ):
            server = min(_named(data, name), key=lambda each: each.create_time())
            server.kill()
            again = f"{title} ended by itself (signal 9) and is started again in 0.5 s; its log is "
            wait_until(partial(_says, up, again), title)
        wait_until(lambda: _status(up, "/readyz") == 200, "all of it is back")

        wait_until(lambda: _kill_beat(data) or up.process.poll() is not None, "the end", 120)
        assert up.process.wait(60) == 1
    finally:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)
    sentences = [line for line in up.said if line.startswith("The beat process ended by itself")]
    assert "and is started again in 0.5 s" in sentences[0]
    assert "and is started again in 1 s" in sentences[1]
    assert "again and again, so everything was stopped" in sentences[-1]
    assert str(data / "logs" / "beat.log") in sentences[-1]
    assert processes_of(data) == []


def _says(up: Up, beginning: str) -> bool:
    return any(line.startswith(beginning) for line in up.said)


def _kill_beat(data: Path) -> bool:
    for process in processes_of(data):
        with suppress(psutil.Error):  # gone meanwhile
            if "beat" in process.cmdline():
                process.kill()
    return False


def _status(up: Up, path: str) -> int:
    try:
        return up.get(path)
    except OSError:  # nginx is just coming back
        return 0


def _named(data: Path, name: str) -> list[psutil.Process]:
    return [each for each in processes_of(data) if each.name() == name]
