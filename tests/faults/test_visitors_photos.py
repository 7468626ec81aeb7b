"""A photo of a visitor without an account passes nginx and the site, and touches no disk there."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from fasi_site.local.nginx import Nginx
from fasi_site.local.ports import HOST
from tests.support.images import noise_jpeg
from tests.support.live_stack import LiveStack

THREADS = 4
"""Of the one process of the site (fasi_site.gunicorn)."""


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Several megabytes, more than nginx and Django hold of other requests."""
    return noise_jpeg(2400)


def spooled(stack: LiveStack) -> list[int]:
    """Changes whenever nginx makes a file for a body or for an answer."""
    nginx = stack.service("nginx")
    assert isinstance(nginx, Nginx)
    folders = [Path(nginx.prefix) / name for name in ("client_body_temp", "proxy_temp")]
    return [folder.stat().st_mtime_ns for folder in folders]


def try_photo(stack: LiveStack, photo: bytes) -> requests.Session:
    visitor = requests.Session()
    form = visitor.get(stack.address, timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token
    answer = visitor.post(
        f"{stack.address}/try/",
        data={"csrfmiddlewaretoken": token[1]},
        files={"photo": ("coat.jpg", photo)},
        allow_redirects=False,
        timeout=60,
    )
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/try/")
    return visitor


@contextmanager
def slow_reader(stack: LiveStack, visitor: requests.Session) -> Iterator[None]:
    """Somebody who asks for the photo and reads one byte of it."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect((HOST, stack.local.site_port))
        cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
        head = f"GET /try/photo.jpg HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookies}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 200"
        yield


def test_nginx_writes_it_to_no_disk(stack: LiveStack, photo: bytes) -> None:
    before = spooled(stack)
    visitor = try_photo(stack, photo)
    whole = visitor.get(f"{stack.address}/try/photo.jpg", timeout=30).content
    assert len(whole) > 1_000_000
    with ExitStack() as slowly:
        for _ in range(THREADS + 2):
            slowly.enter_context(slow_reader(stack, visitor))
        # nginx has taken all of these answers: no thread of the site waits for who reads them.
        assert requests.get(f"{stack.address}/healthz", timeout=30).status_code == 200
        assert spooled(stack) == before
    # What goes to an account does pass through a file, so this would be seen.
    stack.upload(photo)
    assert spooled(stack) != before


def test_a_visitor_says_how_long_the_photo_is_and_it_is_not_long(stack: LiveStack) -> None:
    answer = requests.post(f"{stack.address}/try/", data=iter([b"x"]), timeout=30)
    assert answer.status_code == 411
    answer = requests.post(f"{stack.address}/try/", data=bytes(12 * 1024**2), timeout=30)
    assert answer.status_code == 413
