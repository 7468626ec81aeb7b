"""What KEDA asks the database is how long the oldest photo waits that a worker could take."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from classifier.models import Outfit
from tests.deploy.chart import of_kind, render


def oldest_s(priority: str) -> float:
    """As KEDA does: the first column of the first row, as a float."""
    (scaled,) = of_kind(
        "ScaledObject", render({"worker": {"autoscaling": {"enabled": True}}})
    ).values()
    (query,) = (
        each["metadata"]["query"] for each in scaled["spec"]["triggers"] if each["name"] == priority
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        (value,) = cursor.fetchone()
    assert isinstance(value, float)
    return value


def test_nobody_waits(site: None) -> None:
    assert oldest_s("interactive") == 0
    assert oldest_s("batch") == 0


def test_the_oldest_counts(make_outfit: Callable[..., Outfit]) -> None:
    make_outfit(1)
    outfit = make_outfit(2)
    Outfit.objects.filter(pk=outfit.pk).update(queued_at=F("queued_at") - timedelta(seconds=90))
    assert oldest_s("interactive") == pytest.approx(90, abs=30)
    assert oldest_s("batch") == 0


def test_more_workers_do_not_bring_a_store_back(make_outfit: Callable[..., Outfit]) -> None:
    outfit = make_outfit()
    Outfit.objects.filter(pk=outfit.pk).update(
        queued_at=F("queued_at") - timedelta(seconds=90),
        not_before=timezone.now() + timedelta(seconds=60),
    )
    assert oldest_s("interactive") == 0
