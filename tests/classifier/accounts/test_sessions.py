"""The list of sessions: what it shows, and ending one, all others, or somebody else's."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.conftest import signed_in

PAGE = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_in(client: Client) -> bool:
    return client.get("/outfits/").status_code == 200


def test_each_browser_is_listed_with_device_and_place(as_owner: Client, owner: User) -> None:
    other = signed_in(owner, headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    assert is_in(other)
    page = as_owner.get(PAGE).content.decode()
    assert "Firefox, Windows" in page
    assert "192.0.2.7" in page
    assert page.count("this device") == 1


def test_place_and_time_of_the_last_use_are_kept(as_owner: Client, owner: User) -> None:
    assert is_in(as_owner)
    long_ago = timezone.now() - timedelta(days=3)
    UserSession.objects.update(last_seen_at=long_ago, ip="192.0.2.1")
    assert is_in(as_owner)
    session = UserSession.objects.get()
    assert session.ip == "127.0.0.1"
    assert timezone.now() - session.last_seen_at < timedelta(minutes=1)


def test_one_session_is_ended_and_the_others_stay(as_owner: Client, owner: User) -> None:
    other, third = signed_in(owner), signed_in(owner)
    assert is_in(other)
    assert is_in(third)
    key = other.session.session_key
    ended = UserSession.objects.get(session_key=key)
    assert as_owner.post(f"/account/sessions/{ended.pk}/end/").status_code == 302
    assert [is_in(client) for client in (as_owner, other, third)] == [True, False, True]


def test_all_others_are_ended(as_owner: Client, owner: User) -> None:
    other, third = signed_in(owner), signed_in(owner)
    assert is_in(other)
    assert is_in(third)
    as_owner.post(PAGE)
    assert [is_in(client) for client in (as_owner, other, third)] == [True, False, False]


def test_nobody_ends_a_strangers_session(as_owner: Client, as_stranger: Client) -> None:
    assert is_in(as_stranger)
    theirs = UserSession.objects.get()
    assert as_owner.post(f"/account/sessions/{theirs.pk}/end/").status_code == 404
    assert is_in(as_stranger)
