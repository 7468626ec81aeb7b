"""Requests that wait for a prediction: many of them hold nothing, and each is answered in time."""

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos
from tests.support.starting import wait_until

WAITING = 100


@pytest.fixture
def token(stack: LiveStack) -> str:
    return stack.python("manage.py", "create_token", "demo").split()[-1]


def ask(stack: LiveStack, token: str, outfit: uuid.UUID, wait: int) -> requests.Response:
    return requests.get(
        f"{stack.address}/api/v1/outfits/{outfit}?wait={wait}",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WAITING) as pool:
        yield pool


def test_many_wait_and_keep_nobody_from_being_served(
    stack: LiveStack, token: str, threads: ThreadPoolExecutor
) -> None:
    (outfit,) = stack.upload(*some_photos(1))
    asked = [threads.submit(ask, stack, token, outfit, 20) for _ in range(WAITING)]
    for _ in range(10):
        began = time.monotonic()
        assert requests.get(f"{stack.address}/healthz", timeout=20).ok
        assert time.monotonic() - began < 5
    assert not any(each.done() and each.result().json()["status"] == "queued" for each in asked[:4])
    stack.start_worker()
    stack.wait_for("done", [outfit])
    answers = [each.result().json() for each in asked]
    assert {each["id"] for each in answers} == {str(outfit)}
    assert "done" in {each["status"] for each in answers}


def test_the_answer_comes_with_the_prediction_and_not_before(stack: LiveStack, token: str) -> None:
    (outfit,) = stack.upload(*some_photos(1))
    began = time.monotonic()
    waited = ask(stack, token, outfit, 1)
    assert waited.json()["status"] == "queued"
    assert waited.headers["Retry-After"] == "1"
    assert time.monotonic() - began >= 1
    stack.start_worker()
    wait_until(lambda: ask(stack, token, outfit, 20).json()["prediction"], "the prediction")


def test_a_page_waits_for_its_card(stack: LiveStack) -> None:
    (outfit,) = stack.upload(*some_photos(1))
    session = stack.visitor().session
    page = session.get(f"{stack.address}/outfits/{outfit}/", timeout=10).text
    assert f'hx-get="/outfits/{outfit}/state/?wait"' in page
    stack.start_worker()

    def answered() -> bool:
        """The page asks anew where a worker takes longer than an answer is held back."""
        state = session.get(f"{stack.address}/outfits/{outfit}/state/?wait", timeout=30).text
        return 'data-status="done"' in state

    wait_until(answered, "the card is there")
    assert stack.statuses([outfit]) == ["done"]


def test_where_nobody_waits_any_more_the_answer_comes_at_once(stack: LiveStack, token: str) -> None:
    (outfit,) = stack.upload(*some_photos(1))
    stack.waiting.kill()
    try:
        assert ask(stack, token, outfit, 20).json()["status"] == "queued"
    finally:
        stack.waiting = stack.start_waiting()
    stack.start_worker()
    wait_until(
        lambda: ask(stack, token, outfit, 20).json()["status"] == "done", "who asks waits again"
    )
