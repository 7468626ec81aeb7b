"""Second factors over HTTP: an authenticator app, recovery codes, and staff who need one."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from classifier.accounts.factors import encrypt_again
from classifier.integrations.tokens import issue_token
from tests.conftest import signed_in
from tests.support.factors import add_app, code_of
from tests.support.mails import subjects

PASSWORD = "a long password"


def with_password(login: str) -> Client:
    """A browser in which the password was right, and nothing more."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/outfits/").status_code == 200


def test_with_an_app_the_password_alone_lets_nobody_in(as_owner: Client, owner: User) -> None:
    secret = add_app(as_owner)
    client = with_password("owner")
    assert not is_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not is_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret, steps=1)})
    assert is_in(client)


def test_a_code_works_once(as_owner: Client, owner: User) -> None:
    code = code_of(add_app(as_owner), steps=1)
    for expected in (True, False):
        client = with_password("owner")
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_in(client) is expected


def test_a_recovery_code_works_once(as_owner: Client, owner: User) -> None:
    add_app(as_owner)
    page = as_owner.get("/accounts/2fa/recovery-codes/")
    code = page.context["unused_codes"][0]
    for expected in (True, False):
        client = with_password("owner")
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_in(client) is expected


@pytest.mark.parametrize(
    "address",
    ["totp/activate/", "recovery-codes/generate/", "webauthn/add/", "totp/deactivate/"],
)
def test_a_stolen_cookie_changes_no_factor(owner: User, address: str) -> None:
    if address != "totp/activate/":
        add_app(signed_in(owner))
    thief = signed_in(owner, lately=False)
    for answer in (
        thief.get(f"/accounts/2fa/{address}"),
        thief.post(f"/accounts/2fa/{address}", {"code": "1"}),
    ):
        assert "/reauthenticate/" in answer["Location"]


def test_secrets_are_encrypted_and_survive_a_new_secret_key(
    as_owner: Client, owner: User, settings: Any
) -> None:
    secret = add_app(as_owner)
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key that nobody has seen before"
    assert encrypt_again() == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of(secret, steps=1))


@pytest.fixture
def strict(settings: Any) -> None:
    settings.FASI_STAFF_NEED_FACTOR = True


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("address", ["/", "/outfits/", "/admin/", "/staff/dead-letters/"])
def test_staff_without_a_factor_reach_no_page(as_staff: Client, address: str) -> None:
    assert as_staff.get(address)["Location"] == "/accounts/2fa/"
    assert as_staff.post(address)["Location"] == "/accounts/2fa/"


@pytest.mark.usefixtures("strict")
def test_their_tokens_are_no_way_round(staff: User, owner: User) -> None:
    headers = {"Authorization": f"Bearer {issue_token(staff, 'mine', ['admin']).text}"}
    assert Client().get("/api/v1/releases", headers=headers).status_code == 403
    add_app(signed_in(staff))
    assert Client().get("/api/v1/releases", headers=headers).status_code == 200


def test_the_owner_is_told_of_every_change(as_owner: Client, owner: User) -> None:
    add_app(as_owner)
    as_owner.post("/accounts/2fa/totp/deactivate/")
    told = subjects(owner.email)
    assert any("Authenticator app turned on" in subject for subject in told)
    assert any("Authenticator app turned off" in subject for subject in told)


@pytest.mark.usefixtures("strict")
def test_staff_set_a_factor_up_and_go_on(as_staff: Client) -> None:
    assert "Set it up to continue" in as_staff.get("/admin/", follow=True).content.decode()
    add_app(as_staff)
    assert as_staff.get("/admin/").status_code == 200


@pytest.mark.usefixtures("strict")
def test_people_who_are_no_staff_need_no_factor(as_owner: Client) -> None:
    assert is_in(as_owner)


def test_the_embedded_stack_lets_staff_in_without_a_factor(as_staff: Client) -> None:
    assert as_staff.get("/admin/").status_code == 200


def test_no_account_page_is_without_our_clothes(as_owner: Client) -> None:
    add_app(as_owner)
    for address in ("", "totp/deactivate/", "recovery-codes/", "webauthn/", "webauthn/add/"):
        html = as_owner.get(f"/accounts/2fa/{address}").content.decode()
        assert 'class="brand"' in html, address
        assert 'class="tabs"' in html, address
