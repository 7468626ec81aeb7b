"""The audit trail: what is written down, that nothing is ever changed, and who sees what."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from classifier.audit import Action, record
from classifier.audit.recording import forget_old
from classifier.models import AuditEntry, Outfit
from tests.conftest import STARTER, signed_in
from worker.releases import register_starter


def actions(**of: Any) -> list[str]:
    """What is written down, oldest first, besides what fixtures did."""
    found = AuditEntry.objects.filter(**of).order_by("pk").values_list("action", flat=True)
    return [each for each in found if not each.startswith("release_")]


def backdate(**by: float) -> None:
    """What only whoever owns the database can do: make all entries older."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE classifier_auditentry DISABLE TRIGGER audit_append_only")
        AuditEntry.objects.update(at=timezone.now() - timedelta(**by))
        cursor.execute("ALTER TABLE classifier_auditentry ENABLE TRIGGER audit_append_only")


def test_signing_in_and_out_is_written_down_with_place_and_browser(owner: User) -> None:
    client = Client(headers={"User-Agent": "A browser"})
    form = {"login": "owner", "password": "a long password"}
    client.post("/accounts/login/", {**form, "password": "wrong"})
    client.post("/accounts/login/", form)
    client.post("/accounts/logout/")
    assert actions(subject=owner) == ["sign_in_failed", "signed_in", "signed_out"]
    failed, came, _went = AuditEntry.objects.filter(subject=owner).order_by("pk")
    assert failed.actor_id is None, "whoever failed to sign in is not known to be the owner"
    assert came.actor_id == owner.pk
    assert (came.address, came.browser) == ("127.0.0.1", "A browser")
    assert came.request


def test_a_failed_sign_in_keeps_nothing_of_what_was_typed(site: None, client: Client) -> None:
    client.post("/accounts/login/", {"login": "my secret", "password": "another secret"})
    (entry,) = AuditEntry.objects.all()
    assert entry.action == Action.SIGN_IN_FAILED
    assert entry.subject_id is None
    assert entry.details == {}


def test_what_gives_access_or_data_away_is_written_down(owner: User, as_owner: Client) -> None:
    as_owner.post("/account/data/consent/", {"given": "1"})
    as_owner.post("/account/data/export/")
    as_owner.post("/account/tokens/", {"name": "mine", "scopes": ["read"], "days": "30"})
    token = AuditEntry.objects.get(action=Action.TOKEN_MADE)
    as_owner.post(f"/account/tokens/{token.details['token']}/revoke/")
    assert actions(subject=owner)[-4:] == [
        "consent_changed",
        "export_requested",
        "token_made",
        "token_revoked",
    ]
    assert token.details["scopes"] == ["read"]


def test_a_release_that_goes_into_service_is_written_down(site: None) -> None:
    release = register_starter(STARTER)
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "release_registered",
        "release_activated",
    ]
    register_starter(STARTER)  # it is already
    assert AuditEntry.objects.count() == 2
    assert AuditEntry.objects.filter(details__sha256=release.sha256).count() == 2


def test_what_staff_change_in_the_admin_is_written_down(
    owner: User, staff: User, as_staff: Client
) -> None:
    page = f"/admin/auth/user/{owner.pk}/change/"
    form = {"username": "owner", "email": "", "is_active": "on", "is_staff": "on"}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert as_staff.post(page, form).status_code == 302
    entry = AuditEntry.objects.get(action=Action.SETTING_CHANGED)
    assert (entry.actor_id, entry.subject_id) == (staff.pk, owner.pk)
    assert "Staff status" in entry.details["change"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE classifier_auditentry SET actor_id = 1",
        "DELETE FROM classifier_auditentry",
        "TRUNCATE classifier_auditentry",
    ],
)
def test_the_database_refuses_to_change_or_forget(
    owner: User, as_owner: Client, statement: str
) -> None:
    with connection.cursor() as cursor:
        # The other tests empty all tables by TRUNCATE, for which this one is off.
        cursor.execute("ALTER TABLE classifier_auditentry ENABLE TRIGGER audit_no_truncate")
        try:
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute(statement)
        finally:
            cursor.execute("ALTER TABLE classifier_auditentry DISABLE TRIGGER audit_no_truncate")
    assert actions(actor=owner) == ["signed_in"]


def test_only_what_is_old_enough_is_forgotten(owner: User, as_owner: Client, settings: Any) -> None:
    backdate(days=40)
    record(Action.SHARED, actor=owner.pk)
    settings.FASI_AUDIT_DAYS = 41
    assert forget_old() == 0
    settings.FASI_AUDIT_DAYS = 0
    assert forget_old() == 1, "what the database keeps for 30 days stays without an error"
    assert actions() == ["shared"]


def test_entries_outlive_the_account_without_a_name(owner: User, as_owner: Client) -> None:
    number = owner.pk
    owner.delete()
    assert actions(actor_id=number) == ["signed_in"]


def test_each_entry_is_a_line_of_the_log(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "classifier.audit"):
        record(Action.EXPORT_REQUESTED, actor=owner.pk, size=3)
    (line,) = [each.msg for each in caplog.records if isinstance(each.msg, dict)]
    assert line["event"] == "audit"
    assert (line["action"], line["actor"]) == ("export_requested", owner.pk)
    assert json.dumps(line["details"]) == '{"size": 3}'


def test_an_entry_goes_with_what_it_tells_of(owner: User) -> None:
    with transaction.atomic():
        record(Action.SHARED, actor=owner.pk)
        transaction.set_rollback(True)
    assert actions() == []


def test_the_owner_sees_what_concerns_them_and_nobody_elses(
    owner: User,
    stranger: User,
    staff: User,
    as_owner: Client,
    make_outfit: Callable[..., Outfit],
) -> None:
    for seed in (1, 2, 2):
        outfit = make_outfit(seed)
        record(
            Action.STAFF_VIEWED_PHOTO, actor=staff.pk, subject=owner.pk, outfit=outfit.pk, reason=""
        )
    record(Action.EXPORT_FETCHED, actor=stranger.pk)
    page = as_owner.get("/account/activity/").content.decode()
    assert "Staff viewed 2 of your photos" in page
    assert "Signed in" in page
    assert "Export downloaded" not in page
    assert "staff@example.org" not in page
    assert str(django_settings.FASI_AUDIT_DAYS) in page
    korean = as_owner.get("/account/activity/", headers={"Accept-Language": "ko"}).content.decode()
    assert "운영자가 사진 2장을 확인했어요" in korean


def test_nobody_sees_the_page_without_signing_in(client: Client, site: None) -> None:
    assert client.get("/account/activity/").status_code == 302


def test_staff_filter_the_trail_and_change_nothing(
    owner: User, as_owner: Client, as_staff: Client
) -> None:
    record(Action.EXPORT_FETCHED, actor=owner.pk)
    page = as_staff.get("/admin/classifier/auditentry/?action=export_fetched").content.decode()
    assert page.count('class="field-at') == 1
    assert escape("export downloaded") in page
    assert as_staff.get("/admin/classifier/auditentry/?q=owner").status_code == 200
    entry = AuditEntry.objects.get(action=Action.EXPORT_FETCHED)
    for page in ("add/", f"{entry.pk}/delete/"):
        assert as_staff.post(f"/admin/classifier/auditentry/{page}").status_code == 403
    assert as_staff.post(f"/admin/classifier/auditentry/{entry.pk}/change/").status_code == 403


def test_staff_without_the_permission_see_no_trail(stranger: User) -> None:
    stranger.is_staff = True
    stranger.save()
    stranger.user_permissions.set(Permission.objects.filter(codename="change_outfit"))
    assert signed_in(stranger).get("/admin/classifier/auditentry/").status_code == 403
