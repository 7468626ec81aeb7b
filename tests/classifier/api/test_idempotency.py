"""Idempotency-Key: a request that is sent again is done once."""

from datetime import timedelta
from threading import Barrier, Thread

import httpx
from django.utils import timezone

from classifier.integrations import idempotency
from classifier.models import Batch, IdempotentRequest, Outfit
from tests.classifier.api.conftest import Program, code
from tests.support.images import outfit_jpeg

KEY = {"Idempotency-Key": "6f0c-1"}


def test_the_same_request_gets_the_same_answer(owners: Program) -> None:
    first = owners.upload(outfit_jpeg(), headers=KEY)
    # Another boundary, as any second try has.
    again = owners.upload(outfit_jpeg(), headers=KEY)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.json()["items"][0]["seen_before"] is False
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_nothing_is_done_twice(owners: Program) -> None:
    answers = [owners.post("batches", json={"name": "mine"}, headers=KEY) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Batch.objects.count() == 1


def test_another_request_with_the_key_is_refused(owners: Program) -> None:
    owners.upload(outfit_jpeg(1), headers=KEY)
    for answer in (
        owners.upload(outfit_jpeg(2), headers=KEY),
        owners.upload(outfit_jpeg(1), headers=KEY, data={"wardrobe": "x"}),
        owners.post("batches", json={"name": "mine"}, headers=KEY),
    ):
        assert (answer.status_code, code(answer)) == (422, "idempotency_key_reused")
    assert Outfit.objects.count() == 1


def test_a_refusal_is_replayed_too(owners: Program) -> None:
    answers = [owners.upload(b"no photo", headers=KEY) for _ in range(2)]
    assert [code(answer) for answer in answers] == ["not_an_image"] * 2
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_what_may_go_well_later_is_tried_again(owners: Program, settings: object) -> None:
    settings.FASI_UPLOADS_PER_DAY = 0  # type: ignore[attr-defined]
    assert owners.upload(outfit_jpeg(), headers=KEY).status_code == 429
    settings.FASI_UPLOADS_PER_DAY = 10  # type: ignore[attr-defined]
    assert owners.upload(outfit_jpeg(), headers=KEY).status_code == 202


def test_of_requests_at_the_same_time_one_works(owners: Program) -> None:
    together = Barrier(4)
    answers: list[httpx.Response] = []

    def send() -> None:
        together.wait()
        answers.append(owners.post("batches", json={"name": "mine"}, headers=KEY))

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Batch.objects.count() == 1


def test_while_a_request_is_under_way_the_other_is_told(owners: Program) -> None:
    owners.post("batches", json={"name": "mine"}, headers=KEY)
    IdempotentRequest.objects.update(status=None)
    answer = owners.post("batches", json={"name": "mine"}, headers=KEY)
    assert (answer.status_code, code(answer)) == (409, "request_in_progress")
    assert answer.headers["Retry-After"] == "1"


def test_a_request_whose_process_died_is_taken_over(owners: Program) -> None:
    owners.post("batches", json={"name": "mine"}, headers=KEY)
    died = timezone.now() - idempotency.GIVEN_UP - timedelta(seconds=1)
    IdempotentRequest.objects.update(status=None, began=died)
    assert owners.post("batches", json={"name": "mine"}, headers=KEY).status_code == 201


def test_keys_are_each_persons_own(owners: Program, strangers: Program) -> None:
    for program in (owners, strangers):
        assert program.post("batches", json={"name": "mine"}, headers=KEY).status_code == 201
    assert Batch.objects.count() == 2


def test_a_key_is_kept_for_a_day(owners: Program) -> None:
    owners.post("batches", json={"name": "mine"}, headers=KEY)
    assert idempotency.forget_old() == 0
    old = timezone.now() - idempotency.KEPT - timedelta(seconds=1)
    IdempotentRequest.objects.update(began=old)
    assert owners.post("batches", json={"name": "other"}, headers=KEY).status_code == 201
    IdempotentRequest.objects.update(began=old)
    assert idempotency.forget_old() == 1
