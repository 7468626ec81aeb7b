"""nginx in front of the site: what strangers may cost us, and what it does for everybody."""

import gzip
import re
import socket
import time

import pytest
import requests

from fasi_site.local.ports import HOST
from tests.support.client import Visitor
from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos

STALLED = 60
"""Connections of each kind; gunicorn alone stops to answer at a third of that."""
HEADERS = b"POST /outfits/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"


def photo_of(stack: LiveStack, by: str = "demo") -> str:
    """The address of the photo of a new outfit."""
    (outfit,) = stack.upload(*some_photos(1), by=by)
    return f"{stack.address}/outfits/{outfit}/photo.jpg"


def test_a_photo_comes_from_the_sites_own_address_with_ranges_and_revalidation(
    stack: LiveStack,
) -> None:
    address = photo_of(stack)
    session = stack.visitor().session
    whole = session.get(address, timeout=10)
    assert whole.status_code == 200
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert whole.headers["Cache-Control"] == "private, max-age=86400"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.content[:3] == b"\xff\xd8\xff"

    part = session.get(address, headers={"Range": "bytes=10-19"}, timeout=10)
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    again = session.get(address, headers={"If-None-Match": whole.headers["ETag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")


def test_a_photo_is_for_its_owner_and_no_page_names_the_bucket(stack: LiveStack) -> None:
    address = photo_of(stack)
    assert requests.get(address, timeout=10, allow_redirects=False).status_code == 302
    stranger = Visitor.sign_up(stack.address, "a-stranger")
    assert stranger.session.get(address, timeout=10).status_code == 404
    for page in ("/", "/outfits/"):
        shown = stack.visitor().session.get(stack.address + page, timeout=10).text
        assert "thumb.jpg" in shown
        assert stack.local.environment()["FASI_S3_ENDPOINT"] not in shown


def test_who_is_signed_out_is_led_to_sign_in(stack: LiveStack) -> None:
    for page in ("/outfits/", "/batches/"):
        answer = requests.get(stack.address + page, timeout=10, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
            302,
            "/accounts/login/",
        )


def test_what_is_internal_cannot_be_asked_for(stack: LiveStack) -> None:
    photo_of(stack)
    ((key,),) = stack.query("SELECT photo_key FROM classifier_outfit LIMIT 1")
    session = stack.visitor().session
    for path in (f"/_stored/fasi/{key}", "/_waiting", "/_may_send", "/errors/refused"):
        assert session.get(stack.address + path, timeout=10).status_code == 404


def test_a_request_that_does_not_say_its_length_is_taken(stack: LiveStack) -> None:
    visitor = stack.visitor()
    (photo,) = some_photos(1)
    boundary = "a-line-that-is-in-no-photo"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
    answer = visitor.session.post(
        f"{stack.address}/outfits/",
        data=iter([head.encode(), photo, f"\r\n--{boundary}--\r\n".encode()]),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "X-CSRFToken": visitor.session.cookies["csrftoken"],
        },
        allow_redirects=False,
        timeout=30,
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/outfits/")


def test_a_page_takes_no_large_body_and_says_so(stack: LiveStack) -> None:
    answer = requests.post(f"{stack.address}/language/", data=b"x" * 2_000_000, timeout=10)
    assert answer.status_code == 413
    assert "That is too large" in answer.text
    told = requests.post(f"{stack.address}/api/v1/webhooks", data=b"x" * 2_000_000, timeout=10)
    assert told.status_code == 413
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json()["code"] == "too_large"


@pytest.mark.parametrize("path", ["/batches/", "/outfits/", "/api/v1/outfits"])
def test_a_stranger_cannot_make_us_store_a_large_body(stack: LiveStack, path: str) -> None:
    """Refused by its head; not one byte of the body is waited for."""
    with socket.create_connection((HOST, stack.local.site_port), timeout=10) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 200000000\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.recv(100)
    assert b" 401 " in answer.splitlines()[0]


def test_the_site_itself_says_what_a_photo_may_weigh(stack: LiveStack) -> None:
    files = {"photo": ("a.jpg", bytes(70_000_000), "image/jpeg")}
    answer = stack.visitor().post("/outfits/", {}, files)
    assert answer.status_code == 413
    assert 'data-reason="too_large"' in answer.text


def test_static_files_stay_with_the_browser_for_a_year_and_are_compressed(
    stack: LiveStack,
) -> None:
    page = requests.get(stack.address, timeout=10).text
    sheet = re.search(r'href="(/static/fasi/fasi\.[0-9a-f]{12}\.css)"', page)
    assert sheet
    answer = requests.get(
        stack.address + sheet[1], headers={"Accept-Encoding": "gzip"}, timeout=10, stream=True
    )
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css"
    assert b"--" in gzip.decompress(answer.raw.read())


def test_nobody_claims_to_be_somebody_else(stack: LiveStack) -> None:
    """Wrong passwords are counted by address, whatever a client says that its address is."""
    assert "Too many" not in _guess(stack, 0)
    assert any("Too many" in _guess(stack, number) for number in range(1, 30))


def _guess(stack: LiveStack, number: int) -> str:
    """What somebody is told who tries a password, and each time says to be somewhere else."""
    visitor = requests.Session()
    login = f"{stack.address}/accounts/login/"
    visitor.get(login, timeout=10)
    token = visitor.cookies["csrftoken"]
    return visitor.post(
        login,
        {"login": f"nobody-{number}", "password": "a guess", "csrfmiddlewaretoken": token},
        headers={"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"},
        timeout=30,
    ).text


def test_an_answer_and_the_log_name_a_request_alike(stack: LiveStack) -> None:
    answer = stack.visitor().session.get(f"{stack.address}/healthz", timeout=10)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])
    visitor = stack.visitor()
    told = visitor.post("/outfits/", {}, {"photo": ("a.jpg", some_photos(1)[0], "image/jpeg")})
    assert told.headers["X-Request-ID"] in stack.site.said()


def test_a_photo_goes_straight_into_the_bucket_through_the_one_port(stack: LiveStack) -> None:
    token = stack.python("manage.py", "create_token", "demo").split()[-1]
    api, mine = f"{stack.address}/api/v1", {"Authorization": f"Bearer {token}"}
    made = requests.post(f"{api}/uploads", json={"name": "a.jpg"}, headers=mine, timeout=10).json()
    assert made["form_url"] == f"{stack.address}/direct-upload"
    sent = requests.post(
        made["form_url"], made["form_fields"], files={"file": some_photos(1)[0]}, timeout=10
    )
    assert sent.status_code == 204
    done = requests.post(f"{api}/uploads/{made['id']}/complete", headers=mine, timeout=10)
    assert done.status_code == 202


def test_whoever_stalls_keeps_nobody_waiting_and_is_hung_up_on(stack: LiveStack) -> None:
    stalled = [
        stall(stack.local.site_port, sent)
        for sent in (b"", HEADERS, HEADERS + b"\r\n" + b"x" * 2000)
        for _ in range(STALLED)
    ]
    try:
        for _ in range(10):
            began = time.monotonic()
            assert requests.get(f"{stack.address}/healthz", timeout=10).status_code == 200
            assert time.monotonic() - began < 2
        stack.upload(*some_photos(2))
        for connection in stalled[::STALLED]:
            assert hung_up(connection)
    finally:
        for connection in stalled:
            connection.close()


def hung_up(connection: socket.socket) -> bool:
    """Waits for the other side's end."""
    try:
        return connection.recv(1000)[:12] in (b"", b"HTTP/1.1 408")
    except ConnectionResetError:
        return True


def stall(port: int, sent: bytes) -> socket.socket:
    """A connection that sends this much and then nothing."""
    connection = socket.create_connection((HOST, port), timeout=30)
    connection.sendall(sent)
    return connection


def test_a_site_that_is_down_says_so_in_its_own_words_and_when_to_come_back(
    stack: LiveStack,
) -> None:
    stack.site.kill()
    try:
        page = requests.get(stack.address, timeout=10)
        told = requests.get(f"{stack.address}/api/v1/outfits", timeout=10)
    finally:
        stack.site = stack.start_site()
    assert (page.status_code, told.status_code) == (503, 503)
    assert "Back in a moment" in page.text
    assert "nginx" not in page.text
    assert page.headers["Retry-After"] == "5"
    assert told.headers["Content-Type"] == "application/problem+json"
    assert told.json()["code"] == "server_error"


def test_nginx_that_was_killed_comes_back_and_lost_nothing(stack: LiveStack) -> None:
    outfits = stack.upload(*some_photos(1))
    stack.kill_service("nginx")
    stack.start_service("nginx")
    outfits += stack.upload(*some_photos(1))
    stack.start_worker()
    stack.wait_for("done", outfits)
    stack.assert_predicted_once(outfits)
