"""No limit is passed by asking for sixteen things at the same time."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from classifier.api import limits
from classifier.batches.unpacking import submit_zip
from classifier.integrations.tokens import issue_token
from classifier.limits.ledger import LimitReached
from classifier.models import (
    ApiToken,
    Batch,
    DirectUpload,
    Export,
    Outfit,
    Reservation,
    Scope,
    Unpacking,
    Usage,
    Webhook,
)
from classifier.personal_data.exports import remove_export, request_export
from classifier.storage import objects
from classifier.uploads import direct
from classifier.uploads.accept import accept_photo
from classifier.uploads.refusals import Refused
from tests.conftest import signed_in
from tests.support.at_once import at_once
from tests.support.images import outfit_jpeg
from tests.support.zipping import zip_of_photos

TIMES = 16


def photo(number: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{number}.jpg", outfit_jpeg(number))


def programs(owner: User) -> list[Client]:
    """A program each with a token of its own."""
    tokens = [issue_token(owner, str(n), [Scope.READ, Scope.WRITE]).text for n in range(TIMES)]
    return [Client(headers={"Authorization": f"Bearer {text}"}) for text in tokens]


def test_the_photos_of_a_day(owner: User, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = 5
    everybody = programs(owner)

    def send(number: int) -> int:
        form = {"photo": photo(number)}
        return everybody[number].post("/api/v1/outfits", form).status_code

    assert sorted(at_once(TIMES, send)) == [202] * 5 + [429] * 11
    assert Outfit.objects.count() == 5
    assert not Reservation.objects.exists()


def test_stored_bytes(owner: User, settings: Any) -> None:
    size = len(outfit_jpeg(0))
    settings.FASI_STORED_BYTES = 4 * size

    def send(number: int) -> str:
        try:
            return str(accept_photo(owner.pk, photo(number)).outfit.pk)
        except Refused as refused:
            return refused.reason

    answers = at_once(TIMES, send)
    assert "storage_quota" in answers
    stored = Outfit.objects.aggregate(bytes=Sum("stored_bytes"))["bytes"]
    assert 0 < stored <= settings.FASI_STORED_BYTES
    assert Usage.objects.get().stored_bytes == stored
    assert not Reservation.objects.exists()


def test_forms_of_direct_uploads(owner: User, settings: Any) -> None:
    settings.FASI_OPEN_UPLOADS = 5
    everybody = programs(owner)

    def ask(number: int) -> int:
        return everybody[number].post("/api/v1/uploads", {}, "application/json").status_code

    assert sorted(at_once(TIMES, ask)) == [201] * 5 + [429] * 11
    assert DirectUpload.objects.count() == 5


def test_bytes_that_forms_let_in(owner: User, settings: Any) -> None:
    settings.FASI_STORED_BYTES = 3 * settings.FASI_MAX_UPLOAD_BYTES

    def ask(_: int) -> str:
        try:
            direct.begin(owner.pk, "coat.jpg")
        except Refused as refused:
            return refused.reason
        return ""

    assert sorted(at_once(TIMES, ask)) == [""] * 3 + ["storage_quota"] * 13


def test_zips(owner: User, settings: Any) -> None:
    settings.FASI_ZIPS_WAITING = 2
    data = zip_of_photos(1)

    def send(_: int) -> str:
        try:
            submit_zip(owner.pk, BytesIO(data), name="mine")
        except Refused as refused:
            return refused.reason
        return ""

    assert sorted(at_once(TIMES, send)) == [""] * 2 + ["zips_waiting"] * 14
    assert Unpacking.objects.count() == Batch.objects.count() == 2


def test_exports(owner: User, settings: Any) -> None:
    settings.FASI_EXPORTS_PER_DAY = 3

    def ask(_: int) -> bool:
        try:
            remove_export(request_export(owner.pk).pk)
        except LimitReached:
            return False
        return True

    at_once(TIMES, ask)
    # Whoever asks while another's export is pending gets that one, so fewer may have been counted.
    counted = Usage.objects.get().exports
    assert 1 <= counted <= 3
    assert [ask(0) for _ in range(4 - counted)] == [True] * (3 - counted) + [False]
    assert not Export.objects.exists()


def test_tokens(owner: User, settings: Any) -> None:
    settings.FASI_MAX_TOKENS = 4
    form = {"name": "one more", "scopes": ["read"], "days": "30"}
    answers = at_once(TIMES, lambda _: signed_in(owner).post("/account/tokens/", form).status_code)
    assert sorted(answers) == [200] * 4 + [422] * 12
    assert ApiToken.objects.count() == 4


def test_webhooks(owner: User, settings: Any) -> None:
    settings.FASI_MAX_WEBHOOKS = 4
    settings.FASI_WEBHOOK_ALLOW_INTERNAL = True
    everybody = programs(owner)
    body = {"url": "http://127.0.0.1/hook"}

    def ask(number: int) -> int:
        return everybody[number].post("/api/v1/webhooks", body, "application/json").status_code

    assert sorted(at_once(TIMES, ask)) == [201] * 4 + [422] * 12
    assert Webhook.objects.count() == 4


def test_batches(owner: User, settings: Any) -> None:
    settings.FASI_MAX_BATCHES = 4
    everybody = programs(owner)

    def ask(number: int) -> int:
        body = {"name": "mine"}
        return everybody[number].post("/api/v1/batches", body, "application/json").status_code

    assert sorted(at_once(TIMES, ask)) == [201] * 4 + [429] * 12
    assert Batch.objects.count() == 4


def test_requests_count_for_all_tokens_of_a_person(
    owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All in one minute, or the next one has its own five.
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: 30.0))
    settings.FASI_API_REQUESTS_PER_MINUTE = 5
    everybody = programs(owner)
    answers = at_once(TIMES, lambda n: everybody[n].get("/api/v1/profile").status_code)
    assert answers.count(200) == 5


def test_uploads_a_minute(owner: User, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_MINUTE = 5

    def send(number: int) -> bool:
        try:
            accept_photo(owner.pk, photo(number))
        except Refused:
            return False
        return True

    assert sum(at_once(TIMES, send)) == 5


def test_mails_with_a_link_to_a_new_password(owner: User, mailoutbox: list[object]) -> None:
    answers = at_once(
        TIMES, lambda _: Client().post("/accounts/password/reset/", {"email": owner.email})
    )
    sent = len(mailoutbox)  # who does not get at the counter within a second is refused as well
    assert 1 <= sent <= 3
    assert sum(answer.status_code == 429 for answer in answers) == TIMES - sent


def test_the_same_photo_is_one_outfit(owner: User) -> None:
    data = outfit_jpeg(1)
    at_once(TIMES, lambda _: accept_photo(owner.pk, SimpleUploadedFile("1.jpg", data)))
    outfit = Outfit.objects.get()
    assert Usage.objects.get().stored_bytes == outfit.stored_bytes
    assert len(list(objects.listing(objects.OUTFITS))) == 2


def test_deleting_gives_the_bytes_back(
    owner: User, make_outfit: Callable[..., Outfit], as_owner: Client
) -> None:
    outfits = [make_outfit(seed) for seed in range(TIMES)]
    at_once(TIMES, lambda n: signed_in(owner).post(f"/outfits/{outfits[n].pk}/delete/"))
    everything = {"all": "1", "confirmed": "1"}
    at_once(TIMES, lambda _: signed_in(owner).post("/bin/delete/", everything))
    assert not Outfit.everything.exists()
    assert Usage.objects.get().stored_bytes == 0


def test_room_of_a_process_that_died_is_free_after_a_while(owner: User, settings: Any) -> None:
    settings.FASI_STORED_BYTES = 2 * settings.FASI_MAX_UPLOAD_BYTES
    left = Reservation.objects.create(
        owner=owner,
        kind=Reservation.Kind.PHOTO,
        bytes=settings.FASI_STORED_BYTES,
        expires=timezone.now() + timedelta(minutes=1),
    )
    with pytest.raises(Refused):
        accept_photo(owner.pk, photo(1))
    Reservation.objects.filter(pk=left.pk).update(expires=timezone.now())
    accept_photo(owner.pk, photo(1))
