"""`python -m benchmarks.siege.races`: sixteen requests at once against each limit, over HTTP.

Each limit has a person of its own, who sends with sixteen tokens at the same moment. What is
printed is how many came through beyond the limit: none may.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import requests

from tests.support.images import outfit_jpeg
from tests.support.live_stack import FOR_FAULTS, LiveStack
from tests.support.starting import own_folder

TIMES = 16
MOST = 5
SETTINGS = FOR_FAULTS | {
    "FASI_UPLOADS_PER_DAY": str(MOST),
    "FASI_OPEN_UPLOADS": str(MOST),
    "FASI_MAX_BATCHES": str(MOST),
    "FASI_MAX_WEBHOOKS": str(MOST),
    "FASI_WEB_THREADS": str(TIMES),
}
_PERSON = """
from django.contrib.auth.models import User
from classifier.integrations.tokens import issue_token
from allauth.account.models import EmailAddress
user = User.objects.create_user("{name}", "{name}@example.org")
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
for _ in range({times}):
    print(issue_token(user, "siege", ["read", "write"]).text)
"""

Send = Callable[[str, dict[str, str], int], requests.Response]


def _photo(api: str, headers: dict[str, str], number: int) -> requests.Response:
    files = {"photo": (f"{number}.jpg", outfit_jpeg(number), "image/jpeg")}
    return requests.post(f"{api}outfits", headers=headers, files=files, timeout=60)


def _json(path: str, body: dict[str, str]) -> Send:
    def send(api: str, headers: dict[str, str], number: int) -> requests.Response:
        return requests.post(f"{api}{path}", headers=headers, json=body, timeout=60)

    return send


RACES: dict[str, Send] = {
    "photos": _photo,
    "forms": _json("uploads", {}),
    "batches": _json("batches", {"name": "siege"}),
    "webhooks": _json("webhooks", {"url": "http://127.0.0.1/hook"}),
}


def measure(stack: LiveStack) -> dict[str, float]:
    """For each limit, how many requests passed it. The stack has `SETTINGS`."""
    return {f"siege_{name}_beyond": _beyond(stack, name, send) for name, send in RACES.items()}


def _beyond(stack: LiveStack, name: str, send: Send) -> int:
    said = stack.python("manage.py", "shell", "-c", _PERSON.format(name=name, times=TIMES))
    tokens = [line for line in said.splitlines() if line.startswith("fasi_")]
    start = Barrier(TIMES)

    def one(number: int) -> int:
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        start.wait()
        return send(f"{stack.address}/api/v1/", headers, number).status_code

    with ThreadPoolExecutor(TIMES) as pool:
        answers = list(pool.map(one, range(TIMES)))
    if set(answers) - {201, 202, 422, 429}:
        raise SystemExit(f"{name}: answers other than accepted and refused: {sorted(answers)}")
    return sum(answer < 400 for answer in answers) - MOST


def main() -> None:
    """Start a product, measure, print."""
    with own_folder("siege") as folder, LiveStack(folder, SETTINGS) as stack:
        print(json.dumps(measure(stack), indent=2))


if __name__ == "__main__":
    main()
