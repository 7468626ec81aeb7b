"""A whole FASI whose every process may be killed, frozen, stopped and started again.

Services, site, worker and beat are the real ones, started as the Procfile starts them. Everything
is looked at from outside: over HTTP and in the rows. For tests of faults, and for benchmarks.
"""

import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import boto3
import psutil
import requests
from celery import Celery
from kombu import Connection
from redis import Redis

from fasi_site.local import stale_processes
from fasi_site.local.data import DataFolder
from fasi_site.local.errors import LocalError
from fasi_site.local.ports import HOST, free_port
from fasi_site.local.runner import site_environment
from fasi_site.local.service import Service
from fasi_site.local.signals import StopRequest
from fasi_site.local.stack import Stack
from tests.support.client import Visitor
from tests.support.engines import GATE
from tests.support.live_part import Part
from tests.support.live_rows import PATIENCE_S, LiveRows
from tests.support.starting import ROOT, wait_until

LEASE_S = 8
FOR_FAULTS = {
    "FASI_WEB_PROCESSES": "1",
    "FASI_IO_TIMEOUT_S": "2",
    "FASI_SOFT_LIMIT_S": "6",
    "FASI_HARD_LIMIT_S": "7",
    "FASI_LEASE_S": str(LEASE_S),
    "FASI_SWEEP_S": "1",
    "FASI_CHORES_S": "1",
    "FASI_EXPORT_LEASE_S": "4",
    "FASI_UNPACK_LEASE_S": "4",
    "FASI_BACKFILL_S": "1",
    "FASI_BACKFILL_LEASE_S": "4",
}
if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# As any client of the broker would have to name them: nothing here needs Django.
WAKE_TASK, QUEUE = "worker.wake", "fasi"
CELERY = [sys.executable, "-m", "celery", "-q", "-A", "fasi_site"]
# Rows that a test leaves, and releases other than the starter, which is the first one.
_FORGET = (
    "TRUNCATE classifier_outfit, classifier_export, classifier_usage, classifier_servingworker,"
    " classifier_backfill, classifier_retraining, classifier_trafficweek CASCADE",
    "DELETE FROM classifier_activation WHERE release_id > (SELECT min(id) FROM classifier_release)",
    "DELETE FROM classifier_release WHERE id > (SELECT min(id) FROM classifier_release)",
    "UPDATE classifier_release SET status = 'active'",
)


class LiveStack(LiveRows):
    """The product in one folder: within the block services and site run, no worker yet.

    `settings` are variables of all its processes.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] = FOR_FAULTS) -> None:
        super().__init__()
        self.settings = settings
        self.data = DataFolder(folder)
        self.data.prepare()
        self.gate = folder / "gate"
        self.local = Stack(self.data, free_port(), with_site=True)
        self.parts: list[Part] = []
        self._visitors: dict[str, Visitor] = {}

    def __enter__(self) -> "LiveStack":
        self.local.__enter__()
        self.local.start(StopRequest())
        self.python("manage.py", "setup_site", "--demo")
        self.site = self.start_site()
        self.waiting = self.start_waiting()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for part in self.parts:
            part.signal(signal.SIGKILL)
        self.disconnect()
        self.local.__exit__(kind, error, trace)
        stale_processes.end(self.data.path)

    @property
    def address(self) -> str:
        """Of the site."""
        return f"http://{HOST}:{self.local.site_port}"

    @property
    def database_url(self) -> str:
        """Of the database."""
        return self.local.environment()["FASI_DATABASE_URL"]

    @property
    def broker_url(self) -> str:
        """Of the broker."""
        return self.local.environment()["FASI_BROKER_URL"]

    def service(self, name: str) -> Service:
        """`nginx`, `postgres`, `valkey` or `seaweedfs`."""
        return next(each for each in self.local.services if each.name == name)

    def kill_service(self, name: str) -> None:
        """SIGKILL to a server and all its processes."""
        process = self.service(name).process
        assert process is not None
        server = psutil.Process(process.pid)
        for each in (*server.children(recursive=True), server):
            with suppress(psutil.NoSuchProcess):  # PostgreSQL's children have groups of their own
                each.kill()
        process.wait()

    def start_service(self, name: str) -> None:
        """Start a server again and wait until it answers."""
        service = self.service(name)
        service.start()

        def answers() -> bool:
            try:
                return service.ready()
            except LocalError:  # what was killed may still hold its memory or its port
                service.start()
                return False

        wait_until(answers, f"{name} answers again", pause_s=0.2)

    # Processes of the product ---------------------------------------------------------------

    def start_site(self) -> Part:
        """gunicorn, answering."""
        gunicorn = str(Path(sys.prefix) / "bin" / "gunicorn")
        part = self._start("web", [gunicorn, "-c", "fasi_site/gunicorn.py", "fasi_site.wsgi"])
        wait_until(lambda: self._answers("/healthz"), "the site answers", PATIENCE_S)
        return part

    def start_waiting(self) -> Part:
        """Where requests wait for their prediction."""
        socket = Path(self.local.environment()["FASI_WAITING_SOCKET"])
        socket.unlink(missing_ok=True)
        part = self._start("waiting", [sys.executable, "-m", "fasi_site.waiting"])
        wait_until(socket.exists, "requests may wait", PATIENCE_S)
        return part

    def start_worker(self, name: str = "worker", engine: str = "openvino", **more: str) -> Part:
        """A worker; `engine` may be one of `tests.support.engines`."""
        command = [*CELERY, "worker", "--loglevel", "WARNING", "--without-gossip"]
        command += ["--without-mingle", "-n", f"{name}@%h"]
        variables = {"FASI_ENGINE": engine, "FASI_GATE": "false", GATE: str(self.gate), **more}
        return self._start(name, command, variables)

    def start_maintenance(self, name: str = "chores") -> Part:
        """A worker for exports and erasures."""
        command = [*CELERY, "worker", "-Q", "chores", "-c", "1", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle", "-n", f"{name}@%h"]
        return self._start(name, command)

    def start_backfill(self, name: str = "backfill") -> Part:
        """The process for backfills and shadows."""
        command = [*CELERY, "worker", "-Q", "backfill", "-c", "1", "--max-tasks-per-child", "1"]
        command += ["--without-gossip", "--without-mingle", "-n", f"{name}@%h"]
        return self._start(name, [*command, "--loglevel", "WARNING"])

    def start(self, name: str, command: list[str]) -> Part:
        """Another process with the product's environment."""
        return self._start(name, command)

    def start_beat(self, name: str = "beat") -> Part:
        """A schedule."""
        command = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile="]
        return self._start(name, [*command, "-s", str(self.data.path / f"{name}-schedule")])

    def bucket(self) -> "S3Client":
        """The bucket's server, as somebody with the keys."""
        mine = self.local.environment()
        return boto3.client(
            "s3",
            endpoint_url=mine["FASI_S3_ENDPOINT"],
            region_name="us-east-1",
            aws_access_key_id=mine["FASI_S3_ACCESS_KEY"],
            aws_secret_access_key=mine["FASI_S3_SECRET_KEY"],
        )

    # People ---------------------------------------------------------------------------------

    def visitor(self, name: str = "demo", password: str = "demo") -> Visitor:
        """Somebody signed in; the same session each time."""
        if name not in self._visitors:
            self._visitors[name] = Visitor(self.address, name, password)
        return self._visitors[name]

    def upload(self, *photos: bytes, by: str = "demo") -> list[uuid.UUID]:
        """Post the photos one after the other; the ids of their outfits."""
        return [self.visitor(by).upload(photo).outfit_id for photo in photos]

    # Wake-ups -------------------------------------------------------------------------------

    def wake(self, times: int = 1) -> None:
        """Publish wake-ups that nobody asked for."""
        for _ in range(times):
            self.send(WAKE_TASK, queue=QUEUE)

    def send(self, task: str, *arguments: str, queue: str) -> None:
        """Publish a Celery message."""
        # Not as the current app: that is the site's, which other tests of this process publish by.
        app = Celery(set_as_current=False)
        with Connection(self.broker_url) as connection:
            app.send_task(task, arguments, connection=connection, queue=queue)

    def wake_ups(self) -> int:
        """How many wait in the broker or are with a worker."""
        broker = Redis.from_url(self.broker_url)
        with broker:
            return int(broker.llen(QUEUE)) + int(broker.hlen("unacked"))

    def empty_broker(self) -> None:
        """Every message is gone, and whatever the cache knew."""
        with Redis.from_url(self.broker_url) as broker:
            broker.flushall()

    def forget(self) -> None:
        """End what a test started and empty what it filled, so that the next finds a new stack."""
        for part in self.parts:
            if part not in (self.site, self.waiting):
                part.signal(signal.SIGCONT)
                part.signal(signal.SIGKILL)
                part.process.wait()
        self.parts = [self.site, self.waiting]
        self.gate.unlink(missing_ok=True)
        self.empty_broker()  # it keeps what a killed worker had not acknowledged
        for statement in _FORGET:
            self.query(statement)

    def variables(self) -> dict[str, str]:
        """The environment of every process of this stack."""
        return {**site_environment(self.local), **self.settings}

    def _start(
        self, name: str, command: list[str], variables: Mapping[str, str] | None = None
    ) -> Part:
        part = Part(command, self.variables() | dict(variables or {}), self.data.log(name))
        self.parts.append(part)
        return part

    def python(self, *arguments: str) -> str:
        """Run Python with the product's environment to its end; what it printed, logs left out."""
        command = [sys.executable, *arguments]
        ended = subprocess.run(
            command, cwd=ROOT, env=self.variables(), capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def is_ready(self) -> bool:
        """Whether a photo can be accepted and classified."""
        return self._answers("/readyz")

    def _answers(self, path: str) -> bool:
        try:
            return requests.get(self.address + path, timeout=2).ok
        except requests.RequestException:
            return False
