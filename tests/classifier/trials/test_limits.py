"""How often a photo may be tried without an account, and how many do so at a time."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import BoundedSemaphore, Event, Semaphore
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client

from classifier.storage.cache_server import cache_server
from classifier.trials import lane, service
from classifier.trials.service import Busy, begin_trial
from classifier.uploads.refusals import Refused
from classifier.uploads.sanitise import sanitise
from tests.classifier.trials.test_trials import try_photo
from tests.support.at_once import at_once
from tests.support.images import outfit_jpeg

pytestmark = pytest.mark.usefixtures("site")


def begin(address: str) -> str:
    """What a visitor from there is told."""
    try:
        begin_trial(ContentFile(outfit_jpeg(1), "coat.jpg"), address)
    except (Refused, Busy) as refusal:
        return str(refusal.reason)
    finally:
        connection.close()
    return "begun"


def test_one_address_may_try_so_often(settings: Any) -> None:
    settings.FASI_TRIALS_PER_MINUTE_ADDRESS = 3
    answers = [try_photo(Client(), outfit_jpeg(seed)).status_code for seed in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    refused = try_photo(Client(), outfit_jpeg(9))
    assert int(refused["Retry-After"]) > 0
    assert 'data-reason="too_many_requests"' in refused.content.decode()


def test_one_address_does_not_use_up_what_all_may_try(settings: Any) -> None:
    settings.FASI_TRIALS_PER_MINUTE_ADDRESS = 2
    settings.FASI_TRIALS_PER_MINUTE = 4
    said = [begin(each) for each in (*["10.0.0.1"] * 8, "10.0.0.2", "10.0.0.2", "10.0.0.3")]
    refused = ["too_many_requests"] * 6
    assert said == ["begun", "begun", *refused, "begun", "begun", "trials_busy"]


def test_limits_hold_for_what_comes_at_once(settings: Any) -> None:
    settings.FASI_TRIALS_WAITING = 3
    settings.FASI_TRIALS_PER_MINUTE = 12
    said = at_once(16, lambda number: begin(f"10.0.0.{number}"))
    assert set(said) == {"begun", "trials_busy"}
    assert 1 <= said.count("begun") <= 3
    assert int(cache_server().llen(lane._waiting())) == said.count("begun")
    assert len(lane.take(16)) == said.count("begun")


def test_visitors_leave_threads_to_everybody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With two places one decodes and one waits, however long; the third is told at once."""
    go_on, decoding = Event(), Semaphore(0)

    def slow(data: bytes) -> Any:
        decoding.release()
        assert go_on.wait(60)
        return sanitise(data)

    monkeypatch.setattr(service, "sanitise", slow)
    monkeypatch.setattr(service, "DECODING_WAITS_S", 60)
    monkeypatch.setattr(service, "_places", BoundedSemaphore(2))
    try:
        with ThreadPoolExecutor(3) as pool:
            first = pool.submit(begin, "10.0.0.1")
            assert decoding.acquire(timeout=60)
            others = [pool.submit(begin, f"10.0.0.{number}") for number in (2, 3)]
            told = next(as_completed(others, timeout=60))
            assert told.result() == "trials_busy"
            go_on.set()
            assert first.result(60) == "begun"
            assert sorted(each.result(60) for each in others) == ["begun", "trials_busy"]
    finally:
        go_on.set()
