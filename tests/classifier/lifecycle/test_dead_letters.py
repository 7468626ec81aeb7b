"""The inbox of dead letters for staff, and the command that queues them again."""

import re
import uuid
from collections.abc import Callable
from io import StringIO

import boto3
import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from classifier.lifecycle.attempts import fail
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.requeue import requeue
from classifier.models import Attempt, Outfit
from classifier.storage import objects
from fasi_site.local.ports import HOST, free_port
from tests.conftest import signed_in
from tests.support.factories import make_dead_letter

Make = Callable[..., Outfit]
INBOX = "/staff/dead-letters/"


def test_the_inbox_is_for_staff(make_outfit: Make, as_owner: Client, as_staff: Client) -> None:
    outfit = make_dead_letter(make_outfit())
    for method in (Client().get, Client().post):
        assert method(INBOX).status_code == 302  # to sign in
    assert as_owner.get(INBOX).status_code == 403
    assert as_owner.post(INBOX, {"all": "1"}).status_code == 403
    outfit.refresh_from_db()
    assert outfit.status == "failed"
    assert as_staff.get(INBOX).status_code == 200


def test_the_inbox_shows_reasons_attempts_and_counts(make_outfit: Make, as_staff: Client) -> None:
    broken = make_dead_letter(make_outfit(1))
    missing = make_dead_letter(make_outfit(2), Failure.OBJECT_MISSING)
    page = as_staff.get(INBOX).content.decode()
    for outfit in (broken, missing):
        assert str(outfit.pk) in page
        assert outfit.error_text in page
        assert f'src="/outfits/{outfit.pk}/thumb.jpg"' in page
        assert outfit.original_name in page
    assert "Stored photo missing" in page
    assert "owner" in page
    assert page.count('<li value="1">') == 2
    only = as_staff.get(INBOX, {"reason": "object_missing"}).content.decode()
    assert str(missing.pk) in only
    assert str(broken.pk) not in only
    assert "has been restored" in only
    none = as_staff.get(INBOX, {"reason": "no_such_reason"})
    assert none.status_code == 200
    assert "data-outfit" not in none.content.decode()
    assert "No failed photos" not in none.content.decode()


@pytest.mark.parametrize(
    ("is_staff", "permissions"),
    [(True, []), (True, ["delete_outfit"]), (False, ["change_outfit", "delete_outfit"])],
)
def test_the_inbox_needs_staff_and_the_permission(
    make_outfit: Make, stranger: User, is_staff: bool, permissions: list[str]
) -> None:
    make_dead_letter(make_outfit())
    stranger.is_staff = is_staff
    stranger.save()
    stranger.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert signed_in(stranger).get(INBOX).status_code == 403
    assert signed_in(stranger).post(INBOX, {"all": "1"}).status_code == 403
    assert Outfit.objects.get().status == "failed"


def test_a_form_from_elsewhere_queues_nothing(make_outfit: Make, staff: User) -> None:
    outfit = make_dead_letter(make_outfit())
    client = signed_in(staff, enforce_csrf_checks=True)
    for address in (INBOX, f"{INBOX}{outfit.pk}/delete/"):
        assert client.post(address, {"all": "1"}).status_code == 403
    assert Outfit.objects.get().status == "failed"


def test_the_inbox_is_paged_and_keeps_its_kind(make_outfit: Make, as_staff: Client) -> None:
    template = make_dead_letter(make_outfit())
    Outfit.objects.bulk_create(
        Outfit(
            owner=template.owner,
            sha256=f"{number:064}",
            width=1,
            height=1,
            stored_bytes=1,
            photo_key=template.photo_key,
            thumb_key=template.thumb_key,
            status="failed",
            error_code="object_missing",
        )
        for number in range(29)
    )
    newest = Outfit.objects.filter(error_code="object_missing").order_by("-created", "-id")
    in_order = [str(pk) for pk in newest.values_list("pk", flat=True)]

    def shown(page: int) -> list[str]:
        query = {"reason": "object_missing", "page": str(page)}
        return re.findall(
            'data-outfit="([0-9a-f-]{36})"', as_staff.get(INBOX, query).content.decode()
        )

    assert shown(1) == in_order[:25]
    assert shown(2) == in_order[25:]
    page = as_staff.get(INBOX, {"reason": "object_missing"}).content.decode()
    assert "reason=object_missing&amp;page=2" in page


def test_the_inbox_asks_the_database_no_more_for_more_letters(
    make_outfit: Make, as_staff: Client
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            as_staff.get(INBOX)
        return len(asked)

    make_dead_letter(make_outfit(0))
    for _ in range(2):  # the first requests of a session note it in the list of sessions
        as_staff.get(INBOX)
    one = questions()
    for seed in range(1, 5):
        make_dead_letter(make_outfit(seed))
    assert questions() == one


def test_staff_queue_one_the_ticked_or_all_of_a_kind_again(
    make_outfit: Make, as_staff: Client
) -> None:
    broken = [make_dead_letter(make_outfit(seed)) for seed in range(3)]
    missing = make_dead_letter(make_outfit(9), Failure.OBJECT_MISSING)

    back = as_staff.post(
        INBOX,
        {"only": str(broken[0].pk), "outfit": [str(missing.pk)], "reason": "object_broken"},
    )
    assert back["Location"] == INBOX + "?reason=object_broken"
    assert set(Outfit.objects.filter(status="queued")) == {broken[0]}
    ticked = [str(each.pk) for each in broken[:2]]
    page = as_staff.post(INBOX, {"outfit": ticked}, follow=True).content.decode()
    assert "1 photo is queued again." in page
    assert "1 photo is no longer failed." in page
    assert set(Outfit.objects.filter(status="queued")) == set(broken[:2])
    as_staff.post(INBOX, {"all": "1", "reason": "object_broken"})
    assert set(Outfit.objects.filter(status="queued")) == set(broken)
    as_staff.post(INBOX, {"all": "1"})
    assert missing in Outfit.objects.filter(status="queued")


@pytest.mark.parametrize(("data", "status"), [({"outfit": "no id"}, 400), ({}, 302)])
def test_a_choice_that_is_none_changes_nothing(
    make_outfit: Make, as_staff: Client, data: dict[str, str], status: int
) -> None:
    make_dead_letter(make_outfit())
    assert as_staff.post(INBOX, data).status_code == status
    assert Outfit.objects.get().status == "failed"


def test_staff_delete_one_for_ever(make_outfit: Make, as_staff: Client) -> None:
    letter, other = make_dead_letter(make_outfit(1)), make_dead_letter(make_outfit(2))
    address = f"{INBOX}{letter.pk}/delete/"
    assert address in as_staff.get(INBOX).content.decode()
    assert as_staff.get(address).status_code == 405
    assert as_staff.post(address).status_code == 302
    assert list(Outfit.objects.all()) == [other]
    keys = {key for key, _ in objects.listing(objects.OUTFITS)}
    assert keys == {other.photo_key, other.thumb_key}


def test_what_cannot_be_deleted_stays_a_dead_letter(
    make_outfit: Make, as_staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = make_dead_letter(make_outfit())
    away = boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}:{free_port()}",
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
    )
    with monkeypatch.context() as context:
        context.setattr(objects, "client", lambda: away)
        page = as_staff.post(f"{INBOX}{letter.pk}/delete/", follow=True).content.decode()
    assert "Nothing was deleted" in page
    assert Outfit.objects.get() == letter
    assert objects.get(letter.photo_key)


def test_what_is_no_dead_letter_any_more_is_not_deleted(
    make_outfit: Make, as_staff: Client
) -> None:
    outfit = make_dead_letter(make_outfit())
    requeue([outfit.pk])
    page = as_staff.post(f"{INBOX}{outfit.pk}/delete/", follow=True).content.decode()
    assert "so it was kept" in page
    assert Outfit.objects.get().status == "queued"
    assert as_staff.post(f"{INBOX}{uuid.uuid4()}/delete/").status_code == 302


def test_who_may_queue_again_may_not_for_that_delete(make_outfit: Make, stranger: User) -> None:
    outfit = make_dead_letter(make_outfit())
    stranger.is_staff = True
    stranger.save()
    stranger.user_permissions.set(Permission.objects.filter(codename="change_outfit"))
    client = signed_in(stranger)
    address = f"{INBOX}{outfit.pk}/delete/"
    assert address not in client.get(INBOX).content.decode()
    assert client.post(address).status_code == 403
    assert Outfit.objects.exists()


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("requeue", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_lists_and_queues_again(make_outfit: Make) -> None:
    broken, missing = (
        make_dead_letter(make_outfit(1)),
        make_dead_letter(make_outfit(2), Failure.OBJECT_MISSING),
    )
    assert "1 object_broken" in said()
    assert said("--all", "--dry-run") == "2 failed photos would be queued again.\n"
    assert Outfit.objects.filter(status="failed").count() == 2
    assert said("--reason=object_missing") == "1 failed photo is queued again.\n"
    assert set(Outfit.objects.filter(status="queued")) == {missing}
    assert said(f"--outfit={broken.pk}") == "1 failed photo is queued again.\n"
    assert not Outfit.objects.filter(status="failed").exists()


def test_the_command_names_what_is_no_dead_letter(make_outfit: Make) -> None:
    outfit = make_outfit()
    dead = make_outfit(2)
    fail([c for c in claim_outfits("w", 2) if c.outfit_id == dead.pk], Failure.ENGINE, "")
    with pytest.raises(CommandError, match=f"No failed photo: {outfit.pk}. Nothing was changed"):
        said("--outfit", str(dead.pk), str(outfit.pk))
    dead.refresh_from_db()
    assert dead.status == "failed"


def test_the_command_takes_several_outfits(make_outfit: Make) -> None:
    dead = [make_dead_letter(make_outfit(seed)) for seed in range(3)]
    chosen = [str(each.pk) for each in dead[:2]]
    assert said("--outfit", *chosen, "--dry-run") == "2 failed photos would be queued again.\n"
    assert said("--outfit", *chosen) == "2 failed photos are queued again.\n"
    assert set(Outfit.objects.filter(status="queued")) == set(dead[:2])


@pytest.mark.parametrize(
    "arguments", [["--reason=bad_luck"], ["--outfit=7"], ["--all", "--reason=engine_error"]]
)
def test_the_command_refuses_what_it_does_not_know(site: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        said(*arguments)


def test_nothing_to_queue_is_no_error(site: None) -> None:
    assert said("--all") == "0 failed photos are queued again.\n"


def test_deleting_an_outfit_takes_its_history_with_it(make_outfit: Make, as_owner: Client) -> None:
    outfit = make_dead_letter(make_outfit())
    as_owner.post(f"/outfits/{outfit.pk}/delete/")
    as_owner.post("/bin/delete/", {"all": "1", "confirmed": "1"})
    assert not Attempt.objects.exists()
