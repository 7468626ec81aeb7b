"""The staff pages of releases: who enters, what is shown, what the buttons do."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from classifier.models import AuditEntry, Outfit, Release, ServingWorker
from classifier.monitoring.serving import Serving, report_serving
from classifier.releases.lifecycle import promote
from tests.conftest import signed_in
from tests.support.releases import add_release

PAGE = "/staff/releases/"


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def act(client: Client, name: str, action: str) -> str:
    answer = client.post(f"{PAGE}{name}/", {"action": action}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def status(name: str) -> str:
    return Release.objects.get(name=name).status


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}a/"])
def test_only_staff_who_may_change_releases_enter(
    as_owner: Client, owner: User, address: str
) -> None:
    add_release("a")
    assert as_owner.get(address).status_code == 403
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert signed_in(owner).get(address).status_code == 403
    owner.user_permissions.add(Permission.objects.get(codename="change_release"))
    assert signed_in(owner).get(address).status_code == 200
    assert Client().get(address).status_code == 302


def test_the_list_says_what_each_is_and_who_serves_it(classified: Outfit, as_staff: Client) -> None:
    add_release("next", signed_by="0123456789ABCDEF")
    serving = classified.predictions.get().release
    report_serving(Serving("host:1", "openvino", serving.name), changed=True)
    report_serving(Serving("host:2", "openvino", "", "next", "its sums differ"), changed=True)
    page = text_of(as_staff, PAGE)
    assert "next candidate" in page
    assert "signed by 0123456789ABCDEF" in page
    assert f"{serving.name} active" in page
    assert "share of recent predictions 100" in page
    assert "workers that failed to load it 1" in page
    assert "Roll back" not in page


def test_a_release_is_promoted_and_rolled_back_by_a_click(as_staff: Client, staff: User) -> None:
    promote(add_release("a"))
    add_release("b")
    assert "b is now active." in act(as_staff, "b", "promote")
    assert (status("a"), status("b")) == ("retired", "active")
    assert "Roll back to a" in text_of(as_staff, PAGE)
    assert "Rolled back: a is active again." in act(as_staff, "b", "rollback")
    assert (status("a"), status("b")) == ("active", "retired")
    for action in ("release_activated", "release_rolled_back"):
        assert AuditEntry.objects.filter(action=action, actor=staff).exists()
    assert "rolled back" in text_of(as_staff, f"{PAGE}b/")


def test_a_second_click_is_told_that_somebody_was_first(as_staff: Client) -> None:
    for name in ("a", "b", "c"):
        promote(add_release(name))
    act(as_staff, "c", "rollback")
    assert "c is no longer active. Active release: b." in act(as_staff, "c", "rollback")
    assert status("b") == "active"


def test_shadow_and_away(as_staff: Client) -> None:
    add_release("a")
    assert "a now predicts in shadow." in act(as_staff, "a", "shadow")
    assert "a is now retired." in act(as_staff, "a", "retire")
    assert status("a") == "retired"


def test_a_refusal_is_shown_with_its_reason(as_staff: Client, settings: Any) -> None:
    settings.FASI_UNSIGNED_RELEASES = False
    add_release("a")
    assert "a is not signed" in act(as_staff, "a", "promote")
    assert status("a") == "candidate"


def test_a_release_shows_the_workers_that_could_not_load_it_and_why(as_staff: Client) -> None:
    add_release("a")
    refusing = Serving("host:7", "openvino", "old", "a", "The checksum of style.bin differs.")
    report_serving(refusing, changed=True)
    page = text_of(as_staff, f"{PAGE}a/")
    assert (
        "host:7 failed to load it : The checksum of style.bin differs. It still uses old." in page
    )


def test_a_worker_that_was_not_heard_of_lately_is_gone(as_staff: Client) -> None:
    add_release("a")
    report_serving(Serving("host:7", "openvino", "a"), changed=True)
    assert "host:7" in text_of(as_staff, f"{PAGE}a/")
    long_ago = timezone.now() - timedelta(minutes=5)
    ServingWorker.objects.update(seen=long_ago)
    assert "No worker is running it." in text_of(as_staff, f"{PAGE}a/")


@pytest.mark.parametrize("action", ["", "delete", "add"])
def test_an_unknown_action_is_refused(as_staff: Client, action: str) -> None:
    add_release("a")
    assert as_staff.post(f"{PAGE}a/", {"action": action}).status_code == 400


def test_a_release_that_is_not_there_is_not_found(as_staff: Client) -> None:
    assert as_staff.get(f"{PAGE}none/").status_code == 404
    assert as_staff.post(f"{PAGE}none/", {"action": "promote"}).status_code == 404


def test_metrics_that_say_nothing_are_shown_as_nothing(as_staff: Client) -> None:
    add_release("odd", metrics={"validation": ["no", "numbers"]})
    assert "accuracy on validation photos" not in text_of(as_staff, f"{PAGE}odd/")
