"""Consent and erasing the account, over HTTP, in rows and in the bucket."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from classifier.lifecycle.removal import remove_outfits
from classifier.models import (
    Batch,
    Consent,
    Erasure,
    Export,
    Outfit,
    Prediction,
    Release,
    Review,
    Share,
)
from classifier.personal_data.erasure import close_account, erase
from classifier.personal_data.exports import claim_export, request_export
from classifier.reviews.verdicts import record_review
from tests.conftest import signed_in
from tests.support.bucket import all_user_keys, take_away
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

Make = Callable[..., Outfit]
PASSWORD = "a long password"


def erase_over_http(client: Client, confirm: str = PASSWORD) -> int:
    return client.post("/account/data/erase/", {"confirm": confirm}).status_code


def test_consent_is_off_until_it_is_given_and_every_change_is_kept(
    as_owner: Client, owner: User, stranger: User
) -> None:
    assert not Consent.objects.holds(owner.pk)
    assert 'data-consent="no"' in as_owner.get("/account/data/").content.decode()
    for given in ("1", "1", "0", "1"):
        as_owner.post("/account/data/consent/", {"given": given})
    assert 'data-consent="yes"' in as_owner.get("/account/data/").content.decode()
    said = Consent.objects.order_by("pk").values_list("given", flat=True)
    assert list(said) == [True, False, True]
    assert list(Consent.objects.owners()) == [owner]


def test_erasing_leaves_nothing_in_rows_or_bucket(
    make_outfit: Make, as_owner: Client, owner: User, stranger: User, release: Release
) -> None:
    outfit = make_outfit(1)
    work(budget_s=30)
    make_outfit(2)
    other = make_outfit(3, user=stranger)
    record_review(outfit.predictions.get(), owner.pk, Review.Role.OWNER, "boho")
    as_owner.post("/account/data/consent/", {"given": "1"})
    Batch.objects.create(owner=owner, name="holidays", total=1)
    request_export(owner.pk)
    run_maintenance()
    assert len(all_user_keys()) == 7
    elsewhere = signed_in(owner)
    elsewhere.get("/outfits/")

    answer = as_owner.post("/account/data/erase/", {"confirm": PASSWORD}, follow=True)
    assert "Your account is deleted" in answer.content.decode()
    for client in (as_owner, elsewhere):
        assert client.get("/outfits/")["Location"].startswith("/accounts/login/")
    run_maintenance()

    assert all_user_keys() == {other.photo_key, other.thumb_key}
    assert list(User.objects.all()) == [stranger]
    assert list(Outfit.objects.all()) == [other]
    for model in (Prediction, Review, Export, Consent, Batch, Erasure, Session, UserSession):
        assert not model.objects.exists(), model
    assert [address.user for address in EmailAddress.objects.all()] == [stranger]


def test_what_staff_said_of_others_outfits_outlives_their_account_without_a_name(
    make_outfit: Make, staff: User, owner: User, release: Release
) -> None:
    outfit = make_outfit()
    work(budget_s=30)
    record_review(outfit.predictions.get(), staff.pk, Review.Role.STAFF, "boho")
    assert erase_over_http(signed_in(staff)) == 302
    run_maintenance()
    assert list(User.objects.all()) == [owner]
    review = Review.objects.get()
    assert (review.by, review.role, review.style) == (None, "staff", "boho")


def test_erasing_reads_nobody_elses_sessions(
    as_owner: Client, as_stranger: Client, owner: User
) -> None:
    for client in (as_owner, as_stranger):
        client.get("/outfits/")
    with CaptureQueriesContext(connection) as queries:
        close_account(owner)
        erase(owner.pk)
    assert not [each for each in queries if is_scan(each["sql"])]
    assert as_stranger.get("/outfits/").status_code == 200
    assert Session.objects.count() == 1


def is_scan(sql: str) -> bool:
    return 'FROM "django_session"' in sql and "WHERE" not in sql


def test_a_wrong_password_erases_nothing(as_owner: Client, make_outfit: Make, owner: User) -> None:
    make_outfit()
    answer = as_owner.post("/account/data/erase/", {"confirm": "a guess"})
    assert answer.status_code == 422
    assert "Wrong password" in answer.content.decode()
    run_maintenance()
    assert Outfit.objects.filter(owner=owner).exists()
    assert User.objects.get().is_active


def test_passwords_cannot_be_tried_out_there(as_owner: Client) -> None:
    answers = [erase_over_http(as_owner, "a guess") for _ in range(12)]
    assert answers[-1] == 429
    assert User.objects.get().is_active


def test_an_account_without_a_password_is_confirmed_by_its_name(owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    client = signed_in(owner)
    assert "Type your name, owner, to confirm" in client.get("/account/data/").content.decode()
    assert erase_over_http(client, "somebody") == 422
    assert erase_over_http(client, "owner") == 302
    run_maintenance()
    assert not User.objects.exists()


def test_erasing_needs_a_post_and_its_form(owner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.get("/account/data/erase/").status_code == 405
    assert erase_over_http(strict) == 403


def test_while_s3_is_away_the_account_is_gone_at_once_and_the_rest_goes_later(
    make_outfit: Make, as_owner: Client, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = Share.objects.create(outfit=make_outfit())
    work(budget_s=30)
    assert Client().get(f"/s/{share.token}/").status_code == 200
    with monkeypatch.context() as away:
        take_away(away)
        assert erase_over_http(as_owner) == 302
        run_maintenance()
    assert Client().get(f"/s/{share.token}/").status_code == 404
    assert as_owner.get("/outfits/")["Location"].startswith("/accounts/login/")
    assert not Client().login(username="owner", password=PASSWORD)
    left = User.objects.get()
    assert (left.email, left.is_active) == ("", False)
    assert left.username.startswith("erased-")
    # The name and the address are free again at once.
    User.objects.create_user("owner", "owner@example.org")

    run_maintenance()
    assert not all_user_keys()
    assert list(User.objects.values_list("username", flat=True)) == ["owner"]


def test_erasing_goes_on_where_it_was_cut_off(make_outfit: Make, owner: User) -> None:
    outfits = [make_outfit(seed) for seed in range(3)]
    close_account(owner)
    remove_outfits([outfits[0].pk])  # a portion, and then the worker died
    run_maintenance()
    assert not User.objects.exists()
    assert not all_user_keys()


def test_an_export_that_is_being_packed_goes_too(owner: User) -> None:
    request_export(owner.pk)
    claim = claim_export("w")
    assert claim
    close_account(owner)
    run_maintenance()
    assert not User.objects.exists()
    assert not all_user_keys()


def test_an_upload_that_comes_too_late_leaves_nothing(make_outfit: Make, owner: User) -> None:
    close_account(owner)
    make_outfit()  # it was on its way when the account was closed
    run_maintenance()
    assert not Outfit.objects.exists()
    assert not all_user_keys()


def test_the_pages_of_data_are_for_people_who_are_signed_in(site: None) -> None:
    for address in ("/account/data/", "/account/data/export/state/", "/account/data/export/file/"):
        assert Client().get(address)["Location"].startswith("/accounts/login/")
