"""Whoever stole the cookie of a session has the pages, but never the account."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client

from classifier.models import ApiToken, Export
from tests.conftest import signed_in
from tests.support.mails import subjects

TOKEN = {"name": "mine", "scopes": ["read"], "days": "30"}
SENSITIVE = {
    "/accounts/email/": {"email": "thief@example.org", "action_add": ""},
    "/account/tokens/": TOKEN,
    "/account/data/export/": {},
    "/accounts/2fa/totp/activate/": {"code": "000000"},
    "/accounts/2fa/webauthn/add/": {"name": "key", "credential": "{}"},
}


@pytest.fixture
def thief(owner: User) -> Client:
    return signed_in(owner, lately=False)


@pytest.mark.parametrize("address", SENSITIVE)
def test_it_changes_nothing_that_is_sensitive(thief: Client, owner: User, address: str) -> None:
    answer = thief.post(address, SENSITIVE[address])
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()
    assert not Export.objects.exists()
    assert list(EmailAddress.objects.values_list("email", flat=True)) == [owner.email]


def test_it_takes_no_export_that_lies_ready(thief: Client) -> None:
    assert "/reauthenticate/" in thief.get("/account/data/export/file/")["Location"]


def test_it_changes_no_password(thief: Client, owner: User) -> None:
    new = "a password of the thief"
    form = {"oldpassword": "a guess", "password1": new, "password2": new}
    assert thief.post("/accounts/password/change/", form).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password("a long password")


def test_it_erases_no_account_without_a_password(thief: Client, owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    thief = signed_in(owner, lately=False)
    answer = thief.post("/account/data/erase/", {"confirm": owner.username})
    assert "/reauthenticate/" in answer["Location"]
    assert User.objects.get().is_active


def test_it_guesses_no_password_there(thief: Client, owner: User) -> None:
    answers = [
        thief.post("/accounts/reauthenticate/", {"password": f"guess {n}"}) for n in range(12)
    ]
    assert answers[-1].status_code == 429
    thief.post("/accounts/reauthenticate/", {"password": "a long password"})
    assert "/reauthenticate/" in thief.post("/account/tokens/", TOKEN)["Location"]


def test_the_owner_is_asked_once_and_what_they_sent_is_done(thief: Client, owner: User) -> None:
    asked = thief.post("/account/tokens/", TOKEN)["Location"]
    form = {"password": "a long password", "next": "/account/tokens/"}
    page = thief.post(asked.partition("?")[0], form).content.decode()
    assert "Copy it now" in page
    assert ApiToken.objects.get().owner == owner
    assert "Copy it now" in thief.post("/account/tokens/", TOKEN).content.decode()


def test_showing_it_is_good_for_a_while_only(as_owner: Client, settings: Any) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert "/reauthenticate/" in as_owner.post("/account/tokens/", TOKEN)["Location"]


def test_the_owner_is_told_of_a_token_and_of_an_export(as_owner: Client, owner: User) -> None:
    as_owner.post("/account/tokens/", TOKEN)
    as_owner.post("/account/data/export/")
    assert subjects(owner.email) == ["New API token", "Your data export has started"]


def test_the_owner_is_told_of_the_end(as_owner: Client, owner: User) -> None:
    as_owner.post("/account/data/erase/", {"confirm": "a long password"})
    assert subjects(owner.email) == ["Your account was deleted"]


def test_a_mail_server_that_is_away_stops_nobody(as_owner: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9  # nobody listens there
    assert "Copy it now" in as_owner.post("/account/tokens/", TOKEN).content.decode()
