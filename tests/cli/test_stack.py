"""`up`, `status`, `logs`, `stop` and what needs the services: with a product started for real."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from fasi_site.local.ports import free_port
from tests.cli.running import FASI, fasi, sentence
from tests.support.images import outfit_jpeg
from tests.support.starting import ROOT, environment, own_folder, processes_of, wait_until

PROCFILE = {"web", "waiting", "worker", "chores", "backfill", "beat"}
SERVICES = {"nginx", "postgres", "valkey-server", "weed"}


@pytest.fixture(scope="module")
def running() -> Iterator[Path]:
    """The data folder of a product that `fasi up --detach` started."""
    with own_folder("cli") as data:
        port = free_port()
        try:
            started = fasi(
                *("up", "--detach", "--port", str(port)), data=data, FASI_WEB_PROCESSES="1"
            )
            assert started.returncode == 0, started.stderr
            assert f"FASI is ready: http://127.0.0.1:{port}" in started.stdout
            assert "fasi stop" in started.stdout
            yield data
        finally:
            fasi("stop", data=data)


def report(data: Path) -> dict[str, object]:
    """What a program learns from `status`."""
    said: dict[str, object] = json.loads(fasi("status", "--json", data=data).stdout)
    return said


def test_nothing_runs_from_a_new_folder(tmp_path: Path) -> None:
    ended = fasi("status", data=tmp_path)
    assert ended.returncode == 3
    assert "FASI does not run" in ended.stdout
    assert fasi("stop", data=tmp_path).returncode == 0
    assert json.loads(fasi("status", "--json", data=tmp_path).stdout)["running"] is False
    assert "There are no logs" in sentence(fasi("logs", data=tmp_path), 1)


def test_status_says_what_runs_and_that_a_photo_can_be_classified(running: Path) -> None:
    ended = fasi("status", "--data", running, data=Path("/nowhere"))
    assert ended.returncode == 0, ended.stdout
    assert "A photo can be classified." in ended.stdout
    said = report(running)
    assert said["ready"] is True
    assert said["checks"] == {"database": True, "broker": True, "storage": True, "worker": True}
    assert requests.get(f"{said['address']}/healthz", timeout=10).ok
    processes = said["processes"]
    assert isinstance(processes, list)
    assert {each["name"] for each in processes} == PROCFILE | SERVICES
    assert all(psutil.pid_exists(each["pid"]) and each["memory_mb"] > 0 for each in processes)


def test_a_second_up_names_the_first(running: Path) -> None:
    for how in ([], ["--detach"]):
        line = sentence(fasi("up", *how, data=running), 1)
        assert f"pid {report(running)['pid']}, http" in line


def test_a_taken_port_is_named(running: Path, tmp_path: Path) -> None:
    port = str(report(running)["address"]).rpartition(":")[2]
    ended = fasi("up", "-d", "--port", port, data=tmp_path)
    assert ended.returncode == 1
    assert f"Port {port} is taken by another program" in ended.stderr


def test_logs_show_and_follow(running: Path) -> None:
    assert "worker" in fasi("logs", data=running).stdout
    log = running / "logs" / "ours.log"  # one that nobody else writes to
    log.write_text("first\nsecond\n")
    assert fasi("logs", "ours", "-n", "1", data=running).stdout == "ours | second\n"
    assert "There is no log 'nobody'" in sentence(fasi("logs", "nobody", data=running), 1)

    following = subprocess.Popen(
        [*FASI, "logs", "ours", "-f", "-n", "1"],
        cwd=ROOT,
        env=environment(running, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    assert following.stdout.readline() == "ours | second\n"
    with log.open("a") as file:
        file.write("third\n")
    assert following.stdout.readline() == "ours | third\n"
    log.replace(log.with_suffix(".log.1"))
    log.write_text("after a restart\n")
    assert following.stdout.readline() == "ours | after a restart\n"
    following.send_signal(signal.SIGINT)
    assert following.wait(60) == 130


def test_a_token_of_the_command_line_opens_the_api(running: Path) -> None:
    token = fasi("token", "demo", "--name", "mine", "--scope", "read", data=running).stdout.strip()
    address = f"{report(running)['address']}/api/v1/outfits"
    heard = requests.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert heard.status_code == 200
    assert "no user 'nobody'" in sentence(fasi("token", "nobody", data=running), 1)


def test_a_folder_goes_to_the_queue(running: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(outfit_jpeg(1))
    ended = fasi("classify", tmp_path, "--enqueue", "--user", "demo", data=running)
    assert ended.returncode == 0, ended.stderr
    assert "1 queued" in ended.stdout


def test_retraining_without_reviewed_photos_says_how_many_it_wants(running: Path) -> None:
    ended = fasi("retrain", "--queue", data=running)
    assert ended.returncode == 1
    assert "200" in ended.stderr


def test_a_worker_that_is_gone_shows_and_stop_ends_everything(running: Path) -> None:
    """The last test with this product: it stops it."""
    pid = report(running)["pid"]
    assert isinstance(pid, int)
    assert fasi("stop", data=running).returncode == 0
    wait_until(lambda: not psutil.pid_exists(pid), "the supervisor is gone")
    assert processes_of(running) == []
    assert report(running)["running"] is False
    line = sentence(fasi("token", "demo", data=running), 1)
    assert "PostgreSQL does not answer" in line
    assert "`fasi up`" in line


def test_ctrl_c_ends_up_in_the_foreground(running: Path) -> None:
    port = str(free_port())
    up = subprocess.Popen(
        [*FASI, "up", "--port", port],
        cwd=ROOT,
        env=environment(running),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert up.stdout is not None
    for line in up.stdout:
        if line.startswith("Setting up"):
            break
    assert fasi("status", data=running).returncode == 1, "it runs, and is not ready"
    os.kill(up.pid, signal.SIGINT)
    assert "Everything has stopped." in up.stdout.read()
    assert up.wait(60) == 0
