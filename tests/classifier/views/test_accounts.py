"""Sign up, sign in, sign out, passwords; over HTTP, by allauth's forms."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

PASSWORD = "a long password"


def sign_in(client: Client, login: str, password: str) -> int:
    answer = client.post("/accounts/login/", {"login": login, "password": password})
    return answer.status_code


def test_signing_up_signs_in(site: None) -> None:
    client = Client()
    form = {"email": "new@example.org", "username": "new"}
    answer = client.post("/accounts/signup/", form | {"password1": PASSWORD})
    assert answer.status_code == 302
    assert 'id="upload"' in client.get("/").content.decode()


@pytest.mark.parametrize("login", ["owner", "owner@example.org"])
def test_signing_in_works_by_name_and_by_address(owner: User, login: str) -> None:
    assert sign_in(Client(), login, PASSWORD) == 302


def test_a_wrong_password_is_told(owner: User) -> None:
    client = Client()
    assert sign_in(client, "owner", "wrong") == 200
    assert client.get("/outfits/").status_code == 302


def test_sign_in_is_throttled(owner: User) -> None:
    client = Client()
    for _ in range(5):
        sign_in(client, "owner", "wrong")
    assert sign_in(client, "owner", PASSWORD) != 302
    assert client.get("/outfits/").status_code == 302


def test_signing_out_ends_the_session(owner: User) -> None:
    client = Client()
    sign_in(client, "owner", PASSWORD)
    client.post("/accounts/logout/")
    assert client.get("/outfits/").status_code == 302


def test_a_password_can_be_changed(owner: User) -> None:
    client = Client()
    sign_in(client, "owner", PASSWORD)
    new = "another long password"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", form)
    assert sign_in(Client(), "owner", new) == 302


def test_a_forgotten_password_can_be_reset(owner: User) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "owner@example.org"})
    link = re.search(r"https?://\S+", str(mail.outbox[0].body))
    assert link
    form = client.get(link.group().replace("http://testserver", ""), follow=True)
    address = form.redirect_chain[-1][0]
    new = "yet another password"
    client.post(address, {"password1": new, "password2": new})
    assert sign_in(Client(), "owner", new) == 302


@pytest.mark.parametrize("page", ["login", "signup", "password/reset"])
def test_account_pages_wear_our_clothes(site: None, page: str) -> None:
    html = Client().get(f"/accounts/{page}/").content.decode()
    assert "fasi" in html
    assert 'class="brand"' in html


def test_korean_is_offered(site: None) -> None:
    assert '<html lang="ko">' in Client(headers={"accept-language": "ko"}).get("/").content.decode()
