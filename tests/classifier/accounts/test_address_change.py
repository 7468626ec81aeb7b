"""A new address: confirmed before it counts, told to the old one, which can undo it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from classifier.integrations.tokens import issue_token
from classifier.models import AddressChange, ApiToken
from tests.conftest import signed_in
from tests.support.factors import add_app
from tests.support.mails import link_in_last_mail, subjects

OLD, NEW = "owner@example.org", "thief@example.org"


def change_to(client: Client, address: str) -> None:
    """Ask for the change, and confirm it with the link in the mail to the new address."""
    client.post("/accounts/email/", {"email": address, "action_add": ""})
    client.post(link_in_last_mail(address, "/confirm-email/"))


def address_of(user: User) -> str:
    user.refresh_from_db()
    (address,) = EmailAddress.objects.filter(user=user, primary=True, verified=True)
    assert address.email == user.email
    return user.email


def test_a_new_address_counts_when_it_is_confirmed(as_owner: Client, owner: User) -> None:
    as_owner.post("/accounts/email/", {"email": NEW, "action_add": ""})
    assert address_of(owner) == OLD
    as_owner.post(link_in_last_mail(NEW, "/confirm-email/"))
    assert address_of(owner) == NEW
    assert subjects(OLD) == ["Your email address was changed"]


def test_whoever_has_a_second_factor_changes_it_too(as_owner: Client, owner: User) -> None:
    add_app(as_owner)
    change_to(as_owner, NEW)
    assert address_of(owner) == NEW


def test_the_old_address_takes_everything_back(as_owner: Client, owner: User) -> None:
    change_to(as_owner, NEW)
    add_app(as_owner)
    issue_token(owner, "thief", ["read"])
    undo = link_in_last_mail(OLD, "/address/undo/")
    mine = Client()
    assert "undo it" in mine.get(undo).content.decode()
    assert address_of(owner) == NEW  # a mail program that follows links changes nothing
    assert mine.post(undo)["Location"] == "/accounts/login/"
    assert address_of(owner) == OLD
    assert as_owner.get("/outfits/").status_code == 302
    assert not owner.has_usable_password()
    assert not Authenticator.objects.exists()
    assert not ApiToken.objects.filter(revoked__isnull=True).exists()
    page = mine.get(link_in_last_mail(OLD, "/password/reset/key/"), follow=True)
    form = {"password1": "a password that is new", "password2": "a password that is new"}
    assert mine.post(page.redirect_chain[-1][0], form).status_code == 302


def test_a_thief_who_changes_twice_gains_nothing(as_owner: Client, owner: User) -> None:
    change_to(as_owner, NEW)
    undo = link_in_last_mail(OLD, "/address/undo/")
    change_to(as_owner, "another@example.org")
    thiefs = link_in_last_mail(NEW, "/address/undo/")
    Client().post(undo)
    assert Client().post(thiefs).status_code == 404
    assert address_of(owner) == OLD


def test_the_link_works_once(as_owner: Client, owner: User) -> None:
    change_to(as_owner, NEW)
    undo = link_in_last_mail(OLD, "/address/undo/")
    Client().post(undo)
    assert Client().get(undo).status_code == 404
    assert Client().post(undo).status_code == 404


def test_the_link_ends_after_three_days(as_owner: Client, owner: User) -> None:
    change_to(as_owner, NEW)
    AddressChange.objects.update(created=timezone.now() - timedelta(hours=72, minutes=1))
    assert Client().post(link_in_last_mail(OLD, "/address/undo/")).status_code == 404
    assert address_of(owner) == NEW


def test_an_old_address_that_is_somebody_elses_by_now_is_not_taken(
    as_owner: Client, owner: User, stranger: User
) -> None:
    change_to(as_owner, NEW)
    EmailAddress.objects.filter(user=stranger).update(email=OLD)
    assert Client().post(link_in_last_mail(OLD, "/address/undo/")).status_code == 409
    assert address_of(owner) == NEW


def test_an_address_that_was_never_confirmed_gets_no_way_back(owner: User) -> None:
    EmailAddress.objects.update(verified=False)
    change_to(signed_in(owner), NEW)
    assert address_of(owner) == NEW
    assert subjects(OLD) == []


@pytest.mark.parametrize("text", ["x", "a" * 32])
def test_made_up_links_lead_nowhere(site: None, text: str) -> None:
    assert Client().get(f"/account/address/undo/{text}/").status_code == 404
