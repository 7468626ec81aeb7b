"""Staff queue a retraining, watch it, cancel it, and read its report; nobody else does."""

from typing import Any

import pytest
from django.test import Client

from classifier.leases import LeaseLost
from classifier.models import AuditEntry, Release, Retraining
from classifier.retraining import queue

CHANGE = "/staff/retraining/"
STYLE = {"n": 4, "recall": {"value": 0.75, "low": 0.3, "high": 0.95}}
WORSE = {"n": 4, "recall": {"value": 0.5, "low": 0.15, "high": 0.85}}
SHARE = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 40}
JUDGED = {"top1": SHARE, "top3": SHARE, "macro_recall": 0.88, "ece": 0.05}
REPORT = {
    "candidate": "retrained",
    "active": "starter",
    "photos": {"train": 200, "val": 40},
    "others": 12,
    "holdout": {
        "photos": 40,
        "first": {**JUDGED, "per_style": {"boho": STYLE}},
        "second": {**JUDGED, "per_style": {"boho": WORSE}},
        "first_minus_second": {"top1": {"value": 0.25, "low": -0.05, "high": 0.5}, "p": 0.125},
    },
}


@pytest.fixture
def enough(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """What suffices is tested elsewhere."""
    monkeypatch.setattr("classifier.retraining.queue.check_enough", lambda _: None)


def test_a_retraining_is_queued_watched_and_cancelled(as_staff: Client, enough: None) -> None:
    assert "Queue a retraining" in as_staff.get(CHANGE).content.decode()
    answer = as_staff.post(CHANGE, {"action": "queue"}, follow=True)
    assert "Retraining queued" in answer.content.decode()
    state = as_staff.get(f"{CHANGE}state/").content.decode()
    assert 'data-status="queued"' in state
    assert "hx-get" in state, "it asks again"

    lease = queue.claim("gpu-box:7")
    assert lease is not None
    queue.begin(lease, Retraining.Phase.FIT, further=True)
    lease.renew(progress="Epoch 3 of 11")
    state = as_staff.get(f"{CHANGE}state/").content.decode()
    assert "training; started" in state
    assert "gpu-box:7" in state
    assert "Epoch 3 of 11" in state

    second = as_staff.post(CHANGE, {"action": "queue"}, follow=True).content.decode()
    assert "A retraining is already under way" in second
    as_staff.post(CHANGE, {"action": "cancel"})
    with pytest.raises(LeaseLost):
        lease.renew()
    state = as_staff.get(f"{CHANGE}state/").content.decode()
    assert "without a candidate: cancelled" in state
    assert "hx-get" not in state
    actions = AuditEntry.objects.filter(action__startswith="retraining").order_by("pk")
    assert [each.action for each in actions] == ["retraining_queued", "retraining_cancelled"]
    assert all(each.actor_id for each in actions)


def test_too_few_photos_are_said_on_the_page(as_staff: Client, release: Release) -> None:
    answer = as_staff.post(CHANGE, {"action": "queue"}, follow=True)
    assert "200 more are needed" in answer.content.decode()
    assert not Retraining.objects.exists()


def test_the_report_has_the_hold_out_and_the_end_of_the_log(
    as_staff: Client, release: Release
) -> None:
    done = Retraining.objects.create(
        status="done", report=REPORT, log="Kept epoch 3 of 5.", release=release
    )
    page = as_staff.get(f"{CHANGE}{done.pk}/").content.decode()
    assert "Difference +25.0 points (95%: −5.0 to +50.0)" in page
    assert "p = 0.125" in page
    assert "Boho" in page
    assert "75%" in page
    assert "Kept epoch 3 of 5." in page


def test_one_that_failed_says_why(as_staff: Client, release: Release) -> None:
    failed = Retraining.objects.create(
        status="failed", error_code="training", error_text="The recipe has no option x."
    )
    page = as_staff.get(f"{CHANGE}{failed.pk}/").content.decode()
    assert "The recipe has no option x." in page
    assert "hold" not in page


@pytest.mark.parametrize("action", ["", "delete"])
def test_another_action_is_none(as_staff: Client, release: Release, action: str) -> None:
    assert as_staff.post(CHANGE, {"action": action}).status_code == 400


def test_others_see_nothing_of_it(as_owner: Client, release: Release) -> None:
    row = Retraining.objects.create(status="failed", error_code="training")
    addresses: list[Any] = [f"{CHANGE}state/", f"{CHANGE}{row.pk}/"]
    assert [as_owner.get(each).status_code for each in addresses] == [403, 403]
    assert as_owner.post(CHANGE, {"action": "queue"}).status_code == 403
    assert Client().get(addresses[0]).status_code == 302
