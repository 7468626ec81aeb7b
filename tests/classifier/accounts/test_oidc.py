"""Sign-in by OpenID Connect over HTTP, against a real provider: who becomes whom."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client

from classifier.models import AuditEntry
from tests.conftest import signed_in
from tests.support.factors import add_app
from tests.support.oidc import provider


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as address:
        yield address


@pytest.fixture(autouse=True)
def _configured(site: None, settings: Any, issuer: str) -> None:
    app = {
        "provider_id": "oidc",
        "name": "Example",
        "client_id": "fasi",
        "secret": "a secret of this test",
        "settings": {"server_url": issuer},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }


def sign_in(client: Client, person: str, **form: str) -> Any:
    """What the site answers when somebody comes back from the provider as this person."""
    leaves = client.post("/accounts/oidc/oidc/login/", form)
    consent = requests.post(leaves["Location"], {"sub": person}, allow_redirects=False, timeout=10)
    assert consent.status_code == 302, consent.text
    return client.get(consent.headers["Location"].removeprefix("http://testserver"))


def who(client: Client) -> User | None:
    user = client.get("/accounts/login/").wsgi_request.user
    return user if user.is_authenticated else None


def test_the_page_offers_it(site: None) -> None:
    assert "Example" in Client().get("/accounts/login/").content.decode()


def test_a_newcomer_gets_an_account_whose_address_is_confirmed(site: None) -> None:
    client = Client()
    assert sign_in(client, "newcomer").status_code == 302
    assert who(client) == User.objects.get()
    assert EmailAddress.objects.get().verified
    client.post("/accounts/logout/")
    sign_in(client, "newcomer")
    assert who(client) == User.objects.get()


def test_an_address_that_both_sides_confirmed_is_the_same_person(owner: User) -> None:
    client = Client()
    sign_in(client, "owner")
    assert who(client) == owner
    assert SocialAccount.objects.get().user == owner
    assert AuditEntry.objects.get(action="connection_added").subject == owner


def test_an_address_that_the_provider_did_not_confirm_is_nobodys(owner: User) -> None:
    client = Client()
    sign_in(client, "liar")
    assert who(client) != owner
    assert not SocialAccount.objects.filter(user=owner).exists()


def test_an_address_that_was_not_confirmed_here_is_nobodys(owner: User) -> None:
    EmailAddress.objects.update(verified=False)
    client = Client()
    sign_in(client, "owner")
    assert who(client) != owner
    assert not SocialAccount.objects.filter(user=owner).exists()


def test_a_second_factor_is_asked_for_all_the_same(as_owner: Client, owner: User) -> None:
    add_app(as_owner)
    client = Client()
    assert sign_in(client, "owner")["Location"] == "/accounts/2fa/authenticate/"
    assert who(client) is None


def test_a_stolen_cookie_connects_no_account(owner: User) -> None:
    thief = signed_in(owner, lately=False)
    assert "/reauthenticate/" in sign_in(thief, "newcomer", process="connect")["Location"]
    assert not SocialAccount.objects.exists()


def test_an_answer_that_nobody_asked_for_is_refused(site: None) -> None:
    client = Client()
    answer = client.get("/accounts/oidc/oidc/login/callback/", {"code": "x", "state": "y"})
    assert answer.status_code in (200, 401, 403)
    assert who(client) is None


def test_a_provider_that_is_away_is_told(site: None, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"] = {
        "server_url": "http://127.0.0.1:9"
    }
    answer = Client().post("/accounts/oidc/oidc/login/")
    assert answer.status_code == 503
    assert "Sign-in failed" in answer.content.decode()
