"""`python -m benchmarks.siege.deliveries`: one person's dead receivers, another's delivery.

Ten webhooks lead to an address that takes connections and never answers; thirty deliveries wait
for each. Then somebody else's receiver is to be told something: how long does that take, beside
how long it takes on the idle product.
"""

import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import requests

from tests.support.live_stack import FOR_FAULTS, LiveStack
from tests.support.starting import own_folder, wait_until

DEAD, EACH = 10, 30
_FILL = """
    INSERT INTO classifier_delivery
        (id, webhook_id, event, status, attempts, not_before, error_text, created)
    SELECT gen_random_uuid(), id, 'outfit.done', 'waiting', 0, now(), '', now()
    FROM classifier_webhook, generate_series(1, %s) WHERE url = %s
"""


class Receiver:
    """Somebody's server, which says when it was told something."""

    def __init__(self) -> None:
        self.told = told = Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()
                told.set()

            def log_message(self, *_: object) -> None:
                """The table is all that is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        Thread(target=self.server.serve_forever, daemon=True).start()


def measure(stack: LiveStack) -> dict[str, float]:
    """Seconds from asking for a test to its arrival, idle and beside the dead receivers."""
    stack.start_worker()
    stack.start_beat()
    receiver = Receiver()
    mine = _program(stack, "patient")
    hook = mine.post("webhooks", {"url": receiver.url})["id"]
    idle = _delivery_s(mine, hook, receiver)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        other = _program(stack, "careless")
        for _ in range(DEAD):
            other.post("webhooks", {"url": url})
        stack.query(_FILL, EACH, url)
        stack.wake()
        sending = "SELECT 1 FROM classifier_delivery WHERE status = 'sending'"
        wait_until(lambda: stack.query(sending), "the first dead deliveries")
        beside = _delivery_s(mine, hook, receiver)
    receiver.server.shutdown()
    return {"siege_delivery_idle_s": idle, "siege_delivery_beside_dead_s": beside}


class _Program:
    def __init__(self, api: str, token: str) -> None:
        self.api, self.headers = api, {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: dict[str, str] | None = None) -> dict[str, str]:
        answer = requests.post(self.api + path, json=body, headers=self.headers, timeout=30)
        answer.raise_for_status()
        found: dict[str, str] = answer.json()
        return found


def _program(stack: LiveStack, name: str) -> _Program:
    make = (
        "from django.contrib.auth.models import User;"
        "from allauth.account.models import EmailAddress;"
        f"user = User.objects.create_user('{name}', '{name}@example.org');"
        "EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)"
    )
    stack.python("manage.py", "shell", "-c", make)
    token = stack.python("manage.py", "create_token", name).split()[-1]
    return _Program(f"{stack.address}/api/v1/", token)


def _delivery_s(program: _Program, hook: str, receiver: Receiver) -> float:
    receiver.told.clear()
    began = time.perf_counter()
    program.post(f"webhooks/{hook}/test")
    if not receiver.told.wait(60):
        raise SystemExit("the other person's delivery did not come within a minute")
    return time.perf_counter() - began


def main() -> None:
    """Start a product, measure, print."""
    with own_folder("siege") as folder, LiveStack(folder, FOR_FAULTS) as stack:
        print(json.dumps(measure(stack), indent=2))


if __name__ == "__main__":
    main()
