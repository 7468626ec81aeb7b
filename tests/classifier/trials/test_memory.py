"""What photos of visitors take of Valkey's memory is bounded."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client

from classifier.models import Outfit
from classifier.storage.cache_server import cache_server
from classifier.trials import lane
from classifier.trials.service import begin_trial
from tests.classifier.trials.test_trials import in_memory, try_photo
from tests.support.at_once import at_once
from tests.support.images import outfit_jpeg

pytestmark = pytest.mark.usefixtures("site")


def trials() -> int:
    return len([key for key in in_memory() if "trials:" not in key])


def test_one_too_many_ends_the_oldest_that_does_not_wait(settings: Any) -> None:
    settings.FASI_TRIALS_KEPT = 2
    first, second, third, fourth = (Client() for _ in range(4))
    for seed, visitor in enumerate((first, second)):
        assert try_photo(visitor, outfit_jpeg(seed)).status_code == 302
    assert try_photo(third, outfit_jpeg(2)).status_code == 429  # both wait for their first answer
    assert len(lane.take(1)) == 1
    assert try_photo(third, outfit_jpeg(2)).status_code == 302
    assert trials() == 2
    assert "That photo is gone" in _followed(first)
    lane.take(2)
    second.post("/try/keep/")  # who asked to keep theirs has more time left than a later one
    assert try_photo(fourth, outfit_jpeg(3)).status_code == 302
    assert "That photo is gone" in _followed(third)
    assert second.get("/try/").status_code == 200


def test_each_of_those_that_come_at_once_ends_another(settings: Any) -> None:
    settings.FASI_TRIALS_KEPT = 4
    photo = outfit_jpeg(1)

    def begin(_: int) -> str:
        return str(begin_trial(ContentFile(photo, "coat.jpg"), "10.0.0.1"))

    before = [begin(number) for number in range(4)]
    lane.take(4)
    after = at_once(4, begin)
    assert {str(trial_id) for trial_id, _thumb in lane.take(8)} == set(after)
    assert trials() == 4
    assert not any(cache_server().exists(lane._name(each)) for each in before)  # type: ignore[arg-type]


def test_another_photo_takes_the_place_of_ones_first() -> None:
    visitor = Client()
    try_photo(visitor, outfit_jpeg(1))
    try_photo(visitor, b"no photo")  # the first is still there
    assert trials() == 1
    try_photo(visitor, outfit_jpeg(2))
    assert trials() == 1
    assert len(lane.take(4)) == 1
    assert not Outfit.objects.exists()


def _followed(visitor: Client) -> str:
    answer: HttpResponse = visitor.get("/try/", follow=True)  # type: ignore[assignment]
    return answer.content.decode()
