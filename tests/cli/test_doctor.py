"""`fasi doctor` finds what is wrong: each fault is really there, in a product that really runs."""

import http.server
import json
import os
import socketserver
import stat
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import requests
from redis import Redis

from classifier.doctor.checks import chosen
from fasi_site.local.ports import HOST, free_port
from tests.cli.running import FASI, fasi, sentence
from tests.support.images import outfit_jpeg
from tests.support.live_part import Part
from tests.support.live_stack import CELERY, LiveStack
from tests.support.starting import PATIENCE_S, ROOT, own_folder, wait_until

Findings = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def live() -> Iterator[LiveStack]:
    """Everything runs: services, site, one worker for all queues, and the schedule."""
    with own_folder("doctor") as folder, LiveStack(folder) as stack:
        start_worker(stack)
        stack.start_beat()
        wait_until(stack.is_ready, "a photo can be classified", pause_s=0.2)
        yield stack


def start_worker(stack: LiveStack) -> Part:
    """One that takes what three kinds of processes take otherwise."""
    command = [*CELERY, "worker", "-Q", "fasi,chores,backfill", "-c", "1"]
    return stack.start("all", [*command, "--without-gossip", "--without-mingle"])


def run(live: LiveStack, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """`fasi doctor` beside the product."""
    return subprocess.run(
        [*FASI, "doctor", *arguments],
        cwd=ROOT,
        env=live.variables() | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def findings(live: LiveStack, *arguments: str, **variables: str) -> Findings:
    """By code, after seeing that the exit code agrees, and that each problem has a remedy."""
    ended = run(live, *arguments, "--json", **variables)
    found = json.loads(ended.stdout)["findings"]
    levels = {each["level"] for each in found}
    assert levels <= {"ok", "warning", "error"}
    assert ended.returncode == int("error" in levels), found
    for each in found:
        assert each["sentence"]
        assert bool(each["remedy"]) == (each["level"] != "ok"), each
    return {each["code"]: each for each in found}


def test_a_whole_installation_has_no_error(live: LiveStack) -> None:
    ended = run(live)
    assert ended.returncode == 0, ended.stdout
    assert "0 errors" in ended.stdout
    for name in ("database", "broker", "cache", "storage", "workers", "orphans", "missing"):
        assert f"  {name}.ok " in ended.stdout
    assert ended.stdout.count("clock.ok") == 2


def test_checks_are_chosen_by_name() -> None:
    names = [check.name for check in chosen(["missing"])]
    assert names == ["database", "migrations", "storage", "missing"], "with what it needs"
    assert not {check.name for check in chosen([], quick=True)} & {"orphans", "missing"}
    ended = fasi("doctor", "weather", data=Path("/nowhere"))
    assert "is not one of" in sentence(ended, 2)


def test_without_settings_it_says_what_is_missing(tmp_path: Path) -> None:
    assert "is not set" in sentence(fasi("doctor", data=tmp_path), 1)


def test_rows_and_objects_that_lack_each_other_are_found(live: LiveStack) -> None:
    first, second = live.upload(*map(outfit_jpeg, range(2)))
    bucket, key = live.bucket(), f"outfits/{second}/photo.jpg"
    orphan = f"outfits/{uuid.uuid4()}/photo.jpg"
    photo = bucket.get_object(Bucket="fasi", Key=key)["Body"].read()
    bucket.delete_object(Bucket="fasi", Key=key)
    bucket.put_object(Bucket="fasi", Key=orphan, Body=photo)
    ((bundle,),) = live.query("SELECT bundle_key FROM classifier_release")
    live.query("UPDATE classifier_release SET bundle_key = 'bundles/none/'")
    try:
        found = findings(live, "missing", "orphans", "--orphan-age", "0")
    finally:
        live.query("UPDATE classifier_release SET bundle_key = %s", bundle)
        bucket.put_object(Bucket="fasi", Key=key, Body=photo)
    assert f"1 outfits have no photo in the bucket ({key})." in found["missing.outfits"]["sentence"]
    assert str(first) not in str(found)
    assert "1 releases have no bundle" in found["missing.releases"]["sentence"]
    assert f"1 objects have no row ({orphan})" in found["orphans.found"]["sentence"]
    assert found["orphans.found"]["level"] == "warning"

    mended = findings(live, "missing", "orphans")
    assert "missing.ok" in mended
    assert "orphans.ok" in mended, "an upload stores before it records"
    bucket.delete_object(Bucket="fasi", Key=orphan)


def test_lost_workers_and_what_they_leave_behind_are_found(live: LiveStack) -> None:
    (outfit,) = live.upload(outfit_jpeg(7))
    live.wait_for("done", [outfit])
    for part in live.parts:
        if part.log.stem in ("all", "beat"):
            part.kill()
    live.query("DELETE FROM classifier_prediction WHERE outfit_id = %s", outfit)
    live.query(
        "UPDATE classifier_outfit SET status = 'running', classified = NULL, claimed_by = 'gone',"
        " lease_until = now() - interval '1 hour' WHERE id = %s",
        outfit,
    )
    found = findings(live, "leases", "workers")
    assert (
        f"1 outfits are with a worker that was lost ({outfit})"
        in (found["leases.outfits"]["sentence"])
    )
    assert "workers.none" in found

    live.empty_broker()  # and the last sign of life
    start_worker(live)
    wait_until(live.is_ready, "a worker is warm")
    with Redis.from_url(live.local.environment()["FASI_CACHE_URL"]) as cache:
        wait_until(lambda: not cache.keys("*warm-worker*"), "the last sweep is long ago")
    found = findings(live, "workers")
    assert "beat" in found["workers.schedule"]["remedy"]

    live.start_beat("beat-2")
    live.wait_for("done", [outfit])
    wait_until(live.is_ready, "a sweep has come")
    mended = findings(live, "leases", "workers")
    assert {"leases.ok", "workers.ok"} <= set(mended)
    assert not [code for code in mended if code.startswith("workers.") and code != "workers.ok"]


def test_migrations_that_are_missing_or_unknown_are_found(live: LiveStack) -> None:
    last = live.query(
        "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations"
        " WHERE app = 'classifier') RETURNING app, name"
    )[0]
    newer = ("classifier", "9999_of_tomorrow")
    insert = "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())"
    live.query(insert, *newer)
    try:
        found = findings(live, "leases")
    finally:
        live.query("DELETE FROM django_migrations WHERE name = %s", newer[1])
        live.query(insert, *last)
    assert (
        f"1 migrations are not applied: {'.'.join(last)}"
        in (found["migrations.missing"]["sentence"])
    )
    assert "setup_site" in found["migrations.missing"]["remedy"]
    assert ".".join(newer) in found["migrations.unknown"]["sentence"]
    assert "leases.skipped" in found


def test_services_that_are_gone_are_found(live: LiveStack) -> None:
    for service in ("valkey", "seaweedfs", "postgres"):
        live.kill_service(service)
    try:
        found = findings(live)
    finally:
        for service in ("valkey", "seaweedfs", "postgres"):
            live.start_service(service)
    for code in ("database.away", "broker.away", "cache.away", "storage.away"):
        assert "`fasi up` starts it" in found[code]["remedy"]
    for check in ("migrations", "clock", "workers", "leases", "orphans", "missing"):
        assert f"{check}.skipped" in found
    refused = findings(live, "storage", FASI_S3_SECRET_KEY="another")
    assert "storage.away" in refused


def test_what_is_wrong_with_the_machine_is_found(live: LiveStack, tmp_path: Path) -> None:
    """Room, another package, keys that others may read, another program at the site's port."""
    keys, folder = live.data.path / "keys.json", live.data.path
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (keys, folder)}
    package = tmp_path / "click-0.0.1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: click\nVersion: 0.0.1\n")
    keys.chmod(0o644)
    folder.chmod(0o755)
    try:
        with serving(Stranger) as port:
            found = findings(
                live,
                *("configuration", "versions", "data_folder", "disk", "port", "mail"),
                FASI_MIN_FREE_MB=str(10**9),
                FASI_LEASE_S="1",
                FASI_PORT=str(port),
                FASI_EMAIL_URL=f"smtp://{HOST}:{free_port()}",
                PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)]),
            )
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert set(found) == {
        *("configuration.refused", "versions.packages", "data_folder.secrets", "data_folder.open"),
        *("disk.full", "port.taken", "mail.away"),
    }
    assert "click is 0.0.1" in found["versions.packages"]["sentence"]
    assert found["data_folder.secrets"]["remedy"] == f"chmod 600 {keys}"
    assert "FASI_LEASE_S" in found["configuration.refused"]["sentence"]


def test_a_server_without_mail_or_data_folder_is_found(live: LiveStack, tmp_path: Path) -> None:
    found = findings(
        live,
        *("configuration", "data_folder", "port", "mail"),
        FASI_EMBEDDED="false",
        FASI_DATA=str(tmp_path / "none"),
        FASI_SITE_URL=f"http://{HOST}:{free_port()}",
    )
    assert set(found) == {
        *("configuration.refused", "data_folder.missing", "port.silent", "mail.unsent")
    }


def test_a_clock_that_is_wrong_is_found(live: LiveStack) -> None:
    """PostgreSQL's is an hour ahead for new sessions; S3's answers have passed a clock of 1999."""
    for statement in (
        "CREATE SCHEMA skewed",
        "CREATE FUNCTION skewed.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
        " $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$",
        "ALTER ROLE CURRENT_USER SET search_path = skewed, pg_catalog, public",
    ):
        live.query(statement)
    Late.behind = live.local.environment()["FASI_S3_ENDPOINT"]
    try:
        with serving(Late) as port:
            found = findings(live, "clock", FASI_S3_ENDPOINT=f"http://{HOST}:{port}")
    finally:
        live.query("ALTER ROLE CURRENT_USER RESET search_path")
        live.query("DROP SCHEMA skewed CASCADE")
    assert "3600 s ahead of" in found["clock.database"]["sentence"]
    assert "behind" in found["clock.storage"]["sentence"]
    assert "NTP" in found["clock.storage"]["remedy"]


class Stranger(http.server.BaseHTTPRequestHandler):
    """Some other program."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello")

    def log_message(self, *_: Any) -> None:
        return


class Late(Stranger):
    """Passes questions without a body on to S3, and its answers with a wrong date."""

    behind = ""

    def do_HEAD(self) -> None:
        answer = requests.head(self.behind + self.path, headers=dict(self.headers), timeout=30)
        self.send_response_only(answer.status_code)
        self.send_header("Date", formatdate(930_000_000, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port of a server of this kind."""
    with socketserver.ThreadingTCPServer((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
