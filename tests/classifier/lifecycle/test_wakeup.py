"""Wake-ups: one waits at a time, and the next is published when it was taken."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as django_settings
from redis import Redis

from classifier.lifecycle.wakeup import wake_up_came
from classifier.models import Outfit, Release
from worker.classification import work


@pytest.fixture
def waiting(site: None, settings: Any) -> Iterator[Callable[[], int]]:
    """How many wake-ups wait in the broker."""
    settings.FASI_SWEEP_S = 3600  # so long a wake-up that nobody takes counts as waiting
    queue = current_app.conf.task_default_queue
    with Redis.from_url(django_settings.CELERY_BROKER_URL) as broker:
        broker.delete(queue)
        yield lambda: int(broker.llen(queue))
        broker.delete(queue)


def test_many_uploads_leave_one_wake_up(
    waiting: Callable[[], int], make_outfit: Callable[..., Outfit]
) -> None:
    for seed in range(20):
        make_outfit(seed)
    assert waiting() == 1


def test_an_upload_after_the_wake_up_was_taken_publishes_another(
    waiting: Callable[[], int], make_outfit: Callable[..., Outfit]
) -> None:
    make_outfit(1)
    wake_up_came()
    make_outfit(2)
    assert waiting() == 2


def test_a_worker_with_a_full_claim_calls_another_once(
    waiting: Callable[[], int],
    make_outfit: Callable[..., Outfit],
    release: Release,
    settings: Any,
) -> None:
    settings.FASI_CLAIM_SIZE = 2
    for seed in range(9):
        make_outfit(seed)
    wake_up_came()
    work(budget_s=60)
    assert set(Outfit.objects.values_list("status", flat=True)) == {"done"}
    assert waiting() == 2  # that of the uploads, which this call stands for, and one for others
