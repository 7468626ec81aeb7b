"""Photos of visitors are in memory only, and what they take of it is bounded."""

from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from classifier.models import Outfit
from classifier.storage.cache_server import cache_server
from classifier.trials import lane, service
from classifier.trials.service import begin_trial
from tests.classifier.trials.test_trials import in_memory, page, try_photo
from tests.support.at_once import at_once
from tests.support.images import noise_jpeg, outfit_jpeg

pytestmark = pytest.mark.usefixtures("site")


def trials() -> int:
    return len([key for key in in_memory() if "trials:" not in key])


def test_a_photo_of_several_megabytes_is_in_no_file(
    upload: Callable[..., HttpResponse], settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    photo = noise_jpeg(2400)
    assert len(photo) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    untouched = tmp_path.stat().st_mtime_ns
    assert try_photo(Client(), photo).status_code == 302
    assert trials() == 1
    assert tmp_path.stat().st_mtime_ns == untouched
    assert upload(photo).status_code == 302
    assert tmp_path.stat().st_mtime_ns != untouched  # an upload to an account passes through a file


def test_of_a_form_one_photo_is_read(settings: Any) -> None:
    visitor = Client()
    files = [SimpleUploadedFile(f"{seed}.jpg", outfit_jpeg(seed)) for seed in range(3)]
    answer = visitor.post("/try/", {"other": files[2], "photo": files[:2]})
    assert answer.status_code == 302
    assert visitor.get("/try/photo.jpg").status_code == 200
    ((trial_id, _thumb),) = lane.take(4)
    kept = lane.kept(trial_id)
    assert kept is not None
    assert kept.name == "0.jpg"


def test_a_visitors_photo_may_be_smaller_than_others_and_it_says_so(settings: Any) -> None:
    settings.FASI_TRIAL_BYTES = 1024
    answer = try_photo(Client(), outfit_jpeg(1))
    assert answer.status_code == 413
    assert "larger than 1\xa0KB" in answer.content.decode()
    assert 'data-max-bytes="1024"' in page(Client(), "/")  # browsers make it smaller before
    assert not in_memory()


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


def test_each_of_those_that_come_at_once_ends_another(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FASI_TRIALS_KEPT = 4
    monkeypatch.setattr(service, "_places", BoundedSemaphore(4))
    monkeypatch.setattr(service, "DECODING_WAITS_S", 60)
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
