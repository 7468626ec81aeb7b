"""Programs that use the API over HTTP: the owner's, a stranger's, a staff member's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx
import pytest
from django.contrib.auth.models import User
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from classifier.api import long_polling
from classifier.integrations.tokens import issue_token
from classifier.models import Release, Scope
from tests.support.images import outfit_jpeg
from worker.classification import work

ALL_BUT_ADMIN = (Scope.READ, Scope.WRITE)


class Program(httpx.Client):
    """A client with a token; `base_url` is the API's."""

    def upload(self, *photos: bytes, **options: object) -> httpx.Response:
        """POST the photos as `photo-0.jpg`, `photo-1.jpg` ..."""
        files = [("photo", (f"photo-{n}.jpg", data)) for n, data in enumerate(photos)]
        return self.post("outfits", files=files, **options)  # type: ignore[arg-type]

    def uploaded(self, seed: int = 0) -> str:
        """The id of a new outfit."""
        answer = self.upload(outfit_jpeg(seed))
        assert answer.status_code == 202, answer.text
        return str(answer.json()["items"][0]["id"])


@pytest.fixture
def program(live_server: LiveServer) -> Iterator[Callable[..., Program]]:
    """`program(text)` uses the API with this token; `program()` without one."""
    made: list[Program] = []

    def make(token: str = "") -> Program:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = Program(base_url=f"{live_server.url}/api/v1/", headers=headers, timeout=30)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def owners(owner: User, program: Callable[..., Program]) -> Program:
    return program(issue_token(owner, "test", ALL_BUT_ADMIN).text)


@pytest.fixture
def strangers(stranger: User, program: Callable[..., Program]) -> Program:
    return program(issue_token(stranger, "test", ALL_BUT_ADMIN).text)


@pytest.fixture
def staffs(staff: User, program: Callable[..., Program]) -> Program:
    return program(issue_token(staff, "test", list(Scope)).text)


@pytest.fixture
def nobody_waits(settings: object) -> Iterator[None]:
    """The places for waiting requests are counted anew, from the settings of this test."""
    long_polling._places.cache_clear()
    yield
    long_polling._places.cache_clear()


@pytest.fixture
def working(release: Release) -> Callable[[], object]:
    """`with working():` a worker classifies what comes in."""

    @contextmanager
    def run() -> Iterator[None]:
        end = Event()

        def loop() -> None:
            while not end.wait(0.02):
                work(budget_s=1)
            connection.close()

        thread = Thread(target=loop)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    return run


def code(answer: httpx.Response) -> str:
    """The reason code of a problem document, which this must be."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["detail"]
    assert document["type"] == f"/api/v1/problems/{document['code']}"
    return str(document["code"])
