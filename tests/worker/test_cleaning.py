"""What is over goes by itself: sessions, tokens, reservations; what is good stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from classifier.integrations import idempotency, tokens
from classifier.integrations.tokens import issue_token, revoke_token
from classifier.models import ApiToken, Reservation, Scope
from tests.conftest import signed_in
from worker.jobs.cleaning import remove_expired


def test_expired_sessions_go_and_others_stay(owner: User, stranger: User) -> None:
    signed_in(owner)
    kept = signed_in(stranger).session.session_key
    now = timezone.now()
    Session.objects.exclude(pk=kept).update(expire_date=now - timedelta(seconds=1))
    remove_expired()
    assert list(Session.objects.values_list("pk", flat=True)) == [kept]


def test_tokens_that_ended_long_ago_go_and_others_stay(owner: User) -> None:
    names = ("good", "revoked today", "revoked long ago", "expired long ago")
    made = {name: issue_token(owner, name, [Scope.READ]).token for name in names}
    long_ago = timezone.now() - tokens.KEPT - timedelta(days=1)
    revoke_token(owner, made["revoked today"].pk)
    ApiToken.objects.filter(name="revoked long ago").update(revoked=long_ago)
    ApiToken.objects.filter(name="expired long ago").update(expires=long_ago)
    remove_expired()
    assert set(ApiToken.objects.values_list("name", flat=True)) == {"good", "revoked today"}


def test_reservations_of_dead_processes_go(owner: User) -> None:
    now = timezone.now()
    for expires in (now - timedelta(seconds=1), now + timedelta(minutes=1)):
        Reservation.objects.create(owner=owner, kind="photo", bytes=1, expires=expires)
    remove_expired()
    assert Reservation.objects.get().expires > now


def test_one_kind_that_fails_keeps_no_other_from_going(
    owner: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def fails() -> int:
        raise ValueError("an odd row")

    monkeypatch.setattr(idempotency, "forget_old", fails)
    signed_in(owner)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    remove_expired()
    assert not Session.objects.exists()
