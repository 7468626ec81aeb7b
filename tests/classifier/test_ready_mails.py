"""Mails when a batch is done or an export ready, for whoever wants one; over HTTP."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from classifier.batches.service import cancel
from classifier.models import Batch, Export, Outfit, ReadyMail, Release
from classifier.personal_data import exports
from classifier.personal_data.erasure import close_account
from classifier.ready_mails import KEPT, QUIET, send_ready_mails
from tests.conftest import signed_in
from tests.support.images import outfit_jpeg
from tests.support.mails import link_in_last_mail, subjects
from tests.support.zipping import zip_of_photos
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

ADDRESS = "owner@example.org"


@pytest.fixture
def batch(as_owner: Client) -> Batch:
    photos = [SimpleUploadedFile(f"{seed}.jpg", outfit_jpeg(seed)) for seed in (1, 2)]
    photos.append(SimpleUploadedFile("notes.txt", b"no photo"))
    as_owner.post("/batches/", {"name": "Lisbon", "photo": photos})
    return Batch.objects.get()


def ask(client: Client, batch: Batch, wanted: int = 1) -> None:
    answer = client.post(f"/batches/{batch.pk}/mail/", {"wanted": wanted})
    assert answer["Location"] == f"/batches/{batch.pk}/"


def let_a_minute_pass() -> None:
    """As if the newest photo had come so long ago."""
    Outfit.objects.update(created=timezone.now() - QUIET - timedelta(seconds=1))


def page_of(client: Client, batch: Batch) -> str:
    return client.get(f"/batches/{batch.pk}/").content.decode()


def test_whoever_wants_a_mail_gets_one_when_the_batch_is_done(
    batch: Batch, as_owner: Client, release: Release
) -> None:
    assert 'data-wanted="no"' in page_of(as_owner, batch)
    ask(as_owner, batch)
    ask(as_owner, batch)
    page = page_of(as_owner, batch)
    assert 'data-wanted="yes"' in page
    assert ADDRESS in page
    run_maintenance()
    assert subjects(ADDRESS) == [], "it is not done"

    work(budget_s=60)
    run_maintenance()
    assert subjects(ADDRESS) == [], "photos may still be coming"
    let_a_minute_pass()
    run_maintenance()
    run_maintenance()
    assert subjects(ADDRESS) == ["“Lisbon” is classified"]
    text = str(mail.outbox[-1].body)
    assert "Classified: 2\nFailed: 0\nSkipped: 1\n" in text
    assert link_in_last_mail(ADDRESS, "batches") == f"/batches/{batch.pk}/"
    assert "ready-mail" not in page_of(as_owner, batch), "nothing is left to wait for"


def test_nobody_gets_a_mail_who_did_not_ask_or_thought_better_of_it(
    batch: Batch, as_owner: Client, release: Release
) -> None:
    ask(as_owner, batch)
    ask(as_owner, batch, wanted=0)
    work(budget_s=60)
    let_a_minute_pass()
    run_maintenance()
    assert mail.outbox == []


def test_a_zip_needs_no_quiet_minute(as_owner: Client, release: Release) -> None:
    file = SimpleUploadedFile("closet.zip", zip_of_photos(1, 2))
    as_owner.post("/batches/", {"archive": file})
    batch = Batch.objects.get()
    ask(as_owner, batch)
    run_maintenance()
    assert subjects(ADDRESS) == [], "it is unpacked, not classified"
    work(budget_s=60)
    run_maintenance()
    assert subjects(ADDRESS) == ["“closet” is classified"]


def test_the_mail_speaks_the_language_of_the_page(
    batch: Batch, as_owner: Client, release: Release
) -> None:
    as_owner.post("/language/setlang/", {"language": "ko"})
    ask(as_owner, batch)
    work(budget_s=60)
    let_a_minute_pass()
    run_maintenance()
    assert subjects(ADDRESS) == ["‘Lisbon’ 분류가 끝났어요"]


def test_a_mail_server_that_was_away_gets_it_later(
    batch: Batch, as_owner: Client, release: Release, settings: Any
) -> None:
    ask(as_owner, batch)
    work(budget_s=60)
    let_a_minute_pass()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    run_maintenance()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run_maintenance()
    assert mail.outbox == [], "not every 30 seconds"
    ReadyMail.objects.update(not_before=timezone.now())
    run_maintenance()
    assert subjects(ADDRESS) == ["“Lisbon” is classified"]


def test_two_processes_do_not_send_the_same_mail(
    batch: Batch, as_owner: Client, release: Release
) -> None:
    ask(as_owner, batch)
    work(budget_s=60)
    let_a_minute_pass()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM classifier_readymail FOR UPDATE")
        assert send_ready_mails() == 0
        other.rollback()
        assert send_ready_mails() == 1
    finally:
        other.close()


def test_nothing_is_told_of_a_cancelled_batch(
    batch: Batch, as_owner: Client, release: Release
) -> None:
    ask(as_owner, batch)
    cancel(batch)
    run_maintenance()
    run_maintenance()
    assert mail.outbox == []
    assert not ReadyMail.objects.exists(), "its owner ended it, and knows"


def test_a_wish_for_what_never_ends_goes(as_owner: Client, owner: User) -> None:
    empty = Batch.objects.create(owner=owner, name="empty", total=0)
    ask(as_owner, empty)
    run_maintenance()
    assert ReadyMail.objects.exists()
    ReadyMail.objects.update(asked=timezone.now() - KEPT)
    run_maintenance()
    assert not ReadyMail.objects.exists()


def test_an_export_that_is_ready_or_failed_is_told(
    make_outfit: Callable[..., Outfit], as_owner: Client, owner: User
) -> None:
    make_outfit()
    for status, subject in (
        ("ready", "Your data export is ready"),
        ("failed", "Your data export failed"),
    ):
        as_owner.post("/account/data/export/")
        assert 'data-wanted="no"' in as_owner.get("/account/data/").content.decode()
        as_owner.post("/account/data/export/mail/", {"wanted": 1})
        assert 'data-wanted="yes"' in as_owner.get("/account/data/export/state/").content.decode()
        if status == "failed":
            Export.objects.update(status=status, error_code="timed_out", lease_until=None)
        run_maintenance()
        assert subjects(ADDRESS)[-1] == subject
        assert link_in_last_mail(ADDRESS, "data") == "/account/data/"
    assert not ReadyMail.objects.exists()


def test_an_export_that_is_replaced_takes_its_mail_along(as_owner: Client, owner: User) -> None:
    exports.request_export(owner.pk)
    as_owner.post("/account/data/export/mail/", {"wanted": 1})
    exports.remove_export(Export.objects.get().pk)
    run_maintenance()
    assert mail.outbox == []
    assert as_owner.post("/account/data/export/mail/", {"wanted": 1}).status_code == 404


def test_without_a_confirmed_address_nothing_is_offered(
    batch: Batch, as_owner: Client, owner: User
) -> None:
    EmailAddress.objects.filter(user=owner).update(verified=False)
    assert "ready-mail" not in page_of(as_owner, batch)
    answer = as_owner.post(f"/batches/{batch.pk}/mail/", {"wanted": 1}, follow=True)
    assert "Confirm your email address first." in answer.content.decode()
    assert not ReadyMail.objects.exists()


def test_a_stranger_asks_in_vain(batch: Batch, stranger: User) -> None:
    answer = signed_in(stranger).post(f"/batches/{batch.pk}/mail/", {"wanted": 1})
    assert answer.status_code == 404
    assert not ReadyMail.objects.exists()


def test_a_closed_account_gets_no_mail(
    batch: Batch, as_owner: Client, owner: User, release: Release
) -> None:
    ask(as_owner, batch)
    work(budget_s=60)
    let_a_minute_pass()
    close_account(owner)
    run_maintenance()
    assert mail.outbox == []


def test_a_wish_is_for_one_thing(batch: Batch, owner: User) -> None:
    export = exports.request_export(owner.pk)
    for wish in ({}, {"batch": batch, "export": export}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReadyMail.objects.create(owner=owner, language="en", **wish)
