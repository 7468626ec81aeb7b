"""Limits on guessing: they stop who guesses, and never the owner."""

import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.conftest import make_person
from tests.support.mails import subjects

PASSWORD = "a long password"


def sign_in(client: Client, password: str = PASSWORD, login: str = "owner") -> bool:
    """Whether the site let them in."""
    form = {"login": login, "password": password}
    return client.post("/accounts/login/", form).status_code == 302


def content_of(page: str) -> str:
    """Without the frame, whose forms have a token of their own each time."""
    return page.partition("<main")[2].partition("</main>")[0]


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def test_after_five_guesses_the_right_password_helps_no_more(owner: User) -> None:
    thief = at("192.0.2.1")
    for n in range(5):
        assert not sign_in(thief, f"guess {n}")
    assert not sign_in(thief)


def test_name_and_address_of_an_account_count_together(owner: User) -> None:
    thief = at("192.0.2.1")
    for n in range(5):
        assert not sign_in(thief, f"guess {n}", ("owner", owner.email)[n % 2])
    assert not sign_in(thief)


def test_guesses_from_elsewhere_do_not_lock_the_owner_out(owner: User) -> None:
    for n in range(6):
        sign_in(at("192.0.2.1"), f"guess {n}")
    assert sign_in(at("198.51.100.7"))


def test_a_whole_network_of_one_owner_counts_as_one(owner: User) -> None:
    for n in range(5):
        sign_in(at(f"2001:db8:1:2::{n + 1}"), f"guess {n}")
    assert not sign_in(at("2001:db8:1:2:ffff::1"))


def test_a_known_device_works_on_beside_many_guessers(owner: User) -> None:
    mine = at("192.0.2.1")
    assert sign_in(mine)
    mine.post("/accounts/logout/")
    for n in range(6):  # from the very same address, as behind one router
        sign_in(at("192.0.2.1"), f"guess {n}")
    with patch("classifier.accounts.guessing.OF_ACCOUNT", "0/3600s/key"):
        assert not sign_in(at("198.51.100.7"))
        assert sign_in(mine)


def test_a_known_device_guesses_no_more_than_ten_times(owner: User) -> None:
    mine = Client()
    assert sign_in(mine)
    mine.post("/accounts/logout/")
    for n in range(10):
        assert not sign_in(mine, f"guess {n}")
    assert not sign_in(mine)


def test_a_cookie_of_another_account_or_of_ones_own_making_is_no_known_device(
    owner: User, stranger: User
) -> None:
    theirs = at("192.0.2.1")
    assert sign_in(theirs, login="stranger")
    theirs.post("/accounts/logout/")
    for n in range(5):
        sign_in(theirs, f"guess {n}")
    assert not sign_in(theirs)
    theirs.cookies["device"] = '{"1": ["x", "y"]}'
    assert not sign_in(theirs)


def test_a_sign_in_from_a_new_device_is_told_and_a_second_one_is_not(owner: User) -> None:
    first = Client()
    assert sign_in(first)  # the very first sign-in of an account is nobody's surprise
    assert subjects(owner.email) == []
    other = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    assert sign_in(other)
    assert subjects(owner.email) == ["New sign-in to your account"]
    assert "Firefox, Linux" in str(mail.outbox[0].body)
    for client in (first, other):
        client.post("/accounts/logout/")
        assert sign_in(client)
    assert len(subjects(owner.email)) == 1


@pytest.fixture
def hashes(settings: Any) -> Iterator[list[str]]:
    """The passwords that were hashed, with the hasher of production."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    hashed: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def noted(hasher: Any, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(password)
        return encode(hasher, password, salt, 1000)

    with patch.multiple(PBKDF2PasswordHasher, encode=noted, iterations=1000):
        yield hashed


@pytest.mark.parametrize(
    "login", ["owner", "owner@example.org", "nobody", "nobody@example.org", "closed", "outside"]
)
def test_each_attempt_costs_one_hash_whoever_it_is_for(
    site: None, hashes: list[str], login: str
) -> None:
    make_person("owner")
    make_person("closed", is_active=False)
    make_person("outside").set_unusable_password()
    User.objects.filter(username="outside").update(password="!")
    hashes.clear()
    assert not sign_in(Client(), "wrong", login)
    assert len(hashes) == 1


def test_answers_to_known_and_unknown_logins_are_the_same(owner: User) -> None:
    def answer(login: str) -> str:
        form = {"login": login, "password": "wrong"}
        page = Client().post("/accounts/login/", form).content.decode()
        return re.sub(r'value="\w{64}"', "", content_of(page.replace(login, "LOGIN")))

    assert answer("owner") == answer("nobody")
    assert answer(owner.email) == answer("nobody@example.org")


@pytest.fixture
def with_mail(settings: Any) -> None:
    """A site with a mail server: addresses have to be confirmed."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.FASI_MAIL_FOLDER = ""


def sign_up(address: str) -> tuple[int, str]:
    client = Client()
    form = {"email": address, "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/accounts/signup/", form)
    page = client.get(answer["Location"]).content.decode()
    return answer.status_code, content_of(page.replace(address, "ADDRESS"))


@pytest.mark.usefixtures("with_mail")
def test_signing_up_says_the_same_of_known_and_unknown_addresses(
    owner: User, hashes: list[str]
) -> None:
    costs = []
    pages = set()
    for address in (owner.email, "new@example.org"):
        hashes.clear()
        pages.add(sign_up(address))
        costs.append(len(hashes))
    assert costs == [1, 1]
    assert len(pages) == 1
    assert len(mail.outbox) == 2
    assert User.objects.filter(email="new@example.org").exists()


@pytest.mark.usefixtures("with_mail")
def test_nobody_is_in_before_the_address_is_confirmed(site: None) -> None:
    client = Client()
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", form)
    assert client.get("/outfits/").status_code == 302
    assert client.post("/accounts/login/", {"login": "new", "password": PASSWORD})[
        "Location"
    ].startswith("/accounts/confirm-email/")


def test_a_reset_says_the_same_of_known_and_unknown_addresses(
    owner: User, hashes: list[str]
) -> None:
    def ask(address: str) -> tuple[str, str, int]:
        hashes.clear()
        client = Client()
        answer = client.post("/accounts/password/reset/", {"email": address})
        page = client.get(answer["Location"]).content.decode()
        return answer["Location"], content_of(page), len(hashes)

    assert ask(owner.email) == ask("nobody@example.org")
    assert len(mail.outbox) == 2
