"""`run`: the three services around one command."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.starting import (
    LOCAL,
    PATIENCE_S,
    ROOT,
    environment,
    local,
    processes_of,
    wait_until,
)

PRINT_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"
# Leaves a row in PostgreSQL, a message in the broker, and an object in S3; or counts them.
KEEPER = """
import os, sys, boto3, psycopg2, redis
e = os.environ
db = psycopg2.connect(e["FASI_DATABASE_URL"]); db.autocommit = True; sql = db.cursor()
broker = redis.Redis.from_url(e["FASI_BROKER_URL"])
cache = redis.Redis.from_url(e["FASI_CACHE_URL"])
s3 = boto3.client("s3", endpoint_url=e["FASI_S3_ENDPOINT"], region_name="us-east-1",
    aws_access_key_id=e["FASI_S3_ACCESS_KEY"], aws_secret_access_key=e["FASI_S3_SECRET_KEY"])
if sys.argv[1] == "leave":
    sql.execute("CREATE EXTENSION IF NOT EXISTS vector")
    sql.execute("CREATE TABLE kept AS SELECT '[1,2]'::vector(2) AS embedding")
    broker.lpush("kept", "wake up")
    cache.set("forgotten", "warm")
    s3.create_bucket(Bucket=e["FASI_S3_BUCKET"])
    s3.put_object(Bucket=e["FASI_S3_BUCKET"], Key="kept", Body=b"photo")
sql.execute("SELECT count(*) FROM kept")
print(sql.fetchone()[0], broker.llen("kept"), cache.exists("forgotten"),
    s3.get_object(Bucket=e["FASI_S3_BUCKET"], Key="kept")["Body"].read().decode())
"""


@pytest.fixture
def awkward(tmp_path: Path) -> Path:
    """A folder with a space and letters of no English word, too long for a unix socket."""
    return tmp_path / "a folder" / '스타일, it\'s "x" $HOME #1' / ("long" * 20)


def test_the_command_gets_the_services_and_its_exit_code_is_ours(tmp_path: Path) -> None:
    script = f"{PRINT_ENVIRONMENT}; raise SystemExit(7)"
    command = ["run", "--fresh", "--", sys.executable, "-c", script]
    ended = local(*command, data=tmp_path, FASI_ENGINE="chosen", TMPDIR=str(tmp_path))
    assert ended.returncode == 7
    found = json.loads(ended.stdout)
    assert found["FASI_DATABASE_URL"].startswith("postgresql://")
    assert re.match(r"redis://:[0-9a-f]{48}@127\.0\.0\.1:", found["FASI_BROKER_URL"])
    assert found["FASI_CACHE_URL"] != found["FASI_BROKER_URL"]
    assert found["FASI_S3_ENDPOINT"].startswith("http://127.0.0.1:")
    assert found["FASI_S3_BUCKET"] == "fasi"
    assert found["FASI_EMBEDDED"] == "1"
    assert found["FASI_PORT"].isdigit()
    assert found["FASI_ENGINE"] == "chosen"
    assert len(found["FASI_SECRET_KEY"]) >= 50
    assert found["PATH"].split(os.pathsep)[0] == str(Path(sys.prefix) / "bin")
    # The fresh folder is gone, and so is everything that ran in it.
    assert not Path(found["FASI_DATA"]).exists()
    assert not processes_of(Path(found["FASI_DATA"]))
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_finds_all_but_what_valkey_has(awkward: Path) -> None:
    keep = ["run", "--data", str(awkward), "--", sys.executable, "-c", KEEPER]
    first = local(*keep, "leave", data=ROOT / "unused")
    assert first.stdout == "1 1 1 photo\n", first
    before = (awkward / "services.env").read_text()
    second = local(*keep, "count", data=ROOT / "unused")
    # Visitors' photos are in memory only, so wake-ups are too: the sweep makes up for them.
    assert second.stdout == "1 0 0 photo\n", second
    # The same ports and keys again, so that links and sessions stay good; for the owner's eyes.
    after = (awkward / "services.env").read_text()
    assert _without_site_port(after) == _without_site_port(before)
    for private in ("services.env", "keys.json"):
        assert stat.S_IMODE((awkward / private).stat().st_mode) == 0o600
    assert not processes_of(awkward)


def _without_site_port(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("FASI_PORT=")]


def test_what_the_settings_read_from_the_file_is_what_a_command_gets(awkward: Path) -> None:
    script = (
        "import environ, json, os, pathlib\n"
        "path = pathlib.Path(os.environ['FASI_DATA'], 'services.env')\n"
        "environ.Env.ENVIRON = file = {}\n"
        "environ.Env.read_env(path)\n"
        "assert len(file) > 8 and all(os.environ[name] == file[name] for name in file), file\n"
    )
    ended = local("run", "--data", str(awkward), "--", sys.executable, "-c", script, data=ROOT)
    assert ended.returncode == 0, ended


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    ended = local("run", "--", "no-such-command", data=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "no-such-command cannot be run: No such file or directory.\n"
    assert not processes_of(tmp_path)


def start_waiting(data: Path) -> "subprocess.Popen[str]":
    """A `run` whose command has started and waits for its end."""
    waiting = "import signal; print('started', flush=True); signal.pause()"
    process = subprocess.Popen(
        [*LOCAL, "run", "--", sys.executable, "-c", waiting],
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def test_sigterm_ends_the_command_and_the_services(tmp_path: Path) -> None:
    with start_waiting(tmp_path) as process:
        process.terminate()
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    assert not processes_of(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_after_kill_9_everything_ends_by_itself(tmp_path: Path) -> None:
    with start_waiting(tmp_path) as process:
        process.kill()
    wait_until(lambda: not processes_of(tmp_path), "the end of every process")


def test_a_start_right_after_kill_9_just_works(tmp_path: Path) -> None:
    with start_waiting(tmp_path) as process:
        process.kill()
    ended = local("run", "--", sys.executable, "-c", "print('again')", data=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, "again\n"), ended


def test_leftovers_are_ended_and_the_neighbour_is_not(tmp_path: Path) -> None:
    """Where the kernel ends no children, a later start does; a stale pid file misleads nobody."""
    ours, neighbour = tmp_path / "ours", tmp_path / "ours" / "neighbour"
    local("run", "--", "true", data=ours)
    leftover, other = (
        subprocess.Popen(["sleep", "600"], env={**os.environ, "FASI_STACK": str(data)})
        for data in (ours, neighbour)
    )
    # This test's own process is alive and no PostgreSQL.
    (ours / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{ours / 'postgres'}\n0\n")
    try:
        ended = local("run", "--", "true", data=ours)
        assert ended.returncode == 0, ended
        assert leftover.wait(PATIENCE_S) == -signal.SIGTERM
        assert other.poll() is None
    finally:
        for process in (leftover, other):
            process.kill()
            process.wait()
