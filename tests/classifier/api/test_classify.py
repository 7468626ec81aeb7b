"""`POST /api/v1/classify`: the model's answer to a photo of which nothing is kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.integrations.tokens import issue_token
from classifier.models import Outfit, Release, Scope
from classifier.storage.cache_server import cache_server
from classifier.trials import lane, service
from tests.classifier.api.conftest import Program, code
from tests.support.bucket import all_user_keys
from tests.support.cache_away import cache_away
from tests.support.images import outfit_jpeg

Working = Callable[[], AbstractContextManager[None]]


def classify(by: Program, photo: bytes, field: str = "photo") -> Any:
    return by.post("classify", files={field: ("coat.jpg", photo)})


def test_the_answer_is_that_of_an_outfit(
    owners: Program, release: Release, working: Working
) -> None:
    with working():
        answer = classify(owners, outfit_jpeg(3))
        kept = owners.get(f"outfits/{owners.uploaded(3)}?wait=20").json()["prediction"]
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert set(said) == set(kept)
    for name in ("kind", "style", "name", "decided", "release"):
        assert said[name] == kept[name], name
    assert [each["style"] for each in said["set"]] == [each["style"] for each in kept["set"]]
    assert said["confidence"] == pytest.approx(kept["confidence"], abs=1e-3)


def test_nothing_is_kept(owners: Program, release: Release, working: Working) -> None:
    before = all_user_keys()
    with working():
        assert classify(owners, outfit_jpeg(3)).status_code == 200
    assert not Outfit.everything.exists()
    assert all_user_keys() == before
    assert not [name for name in cache_server().keys("*") if b"trial:" in name]


def test_a_token_that_may_read_is_enough_and_none_is_not(
    program: Callable[..., Program], owner: User, release: Release, working: Working
) -> None:
    reader = program(issue_token(owner, "reads", [Scope.READ]).text)
    with working():
        assert classify(reader, outfit_jpeg(1)).status_code == 200
    assert code(classify(program(), outfit_jpeg(1))) == "unauthenticated"


def test_what_is_no_photo_is_a_problem(owners: Program, settings: Any) -> None:
    assert code(classify(owners, b"no photo")) == "not_an_image"
    assert code(classify(owners, outfit_jpeg(), field="image")) == "no_file"
    assert code(owners.post("classify", json={})) == "unsupported_media_type"
    settings.FASI_TRIAL_BYTES = 1000
    answer = classify(owners, outfit_jpeg())
    assert (answer.status_code, code(answer)) == (413, "too_large")


def test_one_person_may_ask_so_often(
    owners: Program, strangers: Program, release: Release, working: Working, settings: Any
) -> None:
    settings.FASI_CLASSIFY_PER_MINUTE = 2
    with working():
        answers = [classify(owners, outfit_jpeg(1)) for _ in range(3)]
        assert classify(strangers, outfit_jpeg(1)).status_code == 200
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert code(answers[-1]) == "too_many_requests"
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_without_a_worker_it_is_told_to_try_again(
    owners: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "PATIENCE_S", 0.1)
    answer = classify(owners, outfit_jpeg(1))
    assert (answer.status_code, code(answer)) == (429, "trials_busy")
    assert answer.headers["Retry-After"] == "5"
    assert not lane.some_wait(), "nobody waits for it any more"


def test_only_some_threads_wait(owners: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    places = BoundedSemaphore(1)
    monkeypatch.setattr(service, "_answers", places)
    with places:
        assert code(classify(owners, outfit_jpeg(1))) == "trials_busy"


def test_without_valkey_it_is_told(owners: Program) -> None:
    with cache_away():
        answer = classify(owners, outfit_jpeg(1))
    assert (answer.status_code, code(answer)) == (503, "trials_away")
