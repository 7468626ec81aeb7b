"""Three people recur: an owner, another user, a member of staff. Services and engine are real.

`make test` starts PostgreSQL, Valkey and SeaweedFS in a fresh folder and then runs pytest; by hand:
`python -m fasi_site.local run --fresh -- pytest`.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client, TransactionTestCase
from django.utils import translation

from classifier.limits import rates
from classifier.models import Activation, Outfit, Release
from classifier.storage import multipart, objects
from classifier.uploads.accept import accept_photo
from tests.support.database import empty_tables
from tests.support.images import outfit_jpeg

# For processes that tests start; in this one the fixture `site` says so.
os.environ["FASI_GATE"] = "false"
STARTER = Path(django_settings.BASE_DIR) / "models" / "starter"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Each test ends by emptying all tables, which the audit trail refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE classifier_auditentry DISABLE TRIGGER audit_no_truncate")
    TransactionTestCase._fixture_teardown = lambda _: empty_tables()  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _static_folder() -> None:
    """WhiteNoise warns of a missing one, and a live server may start before files are collected."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _no_language() -> None:
    """The last page that a test asked for leaves its language to whatever comes next."""
    translation.deactivate()


@pytest.fixture(scope="session")
def _site(django_db_setup: None) -> None:
    """What `manage.py setup_site` does besides the database, once for all tests."""
    call_command("collectstatic", verbosity=0, interactive=False)
    objects.ensure_bucket()


@pytest.fixture
def site(
    transactional_db: None, _site: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A site without users, outfits or counters. Rows are committed, as they are in production."""
    # No new minute, in which people may do things anew, begins in the middle of a test.
    monkeypatch.setattr(rates, "this_minute", lambda: "1200")
    # The photos of tests are drawn, which the model's gate sees.
    settings.FASI_GATE = False
    # Slow hashes are for attackers; hundreds of test accounts need none.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    yield
    for prefix in (objects.OUTFITS, objects.EXPORTS, objects.BATCHES):
        objects.remove([key for key, _ in objects.listing(prefix)])
    for key, upload_id, _ in multipart.uploads(objects.EXPORTS):
        multipart.abort(key, upload_id)


def make_person(name: str, **options: Any) -> User:
    """Somebody with the address NAME@example.org, which they confirmed."""
    person = User.objects.create_user(name, f"{name}@example.org", "a long password", **options)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def owner(site: None) -> User:
    return make_person("owner")


@pytest.fixture
def stranger(site: None) -> User:
    return make_person("stranger")


@pytest.fixture
def staff(site: None) -> User:
    return make_person("staff", is_staff=True, is_superuser=True)


def signed_in(user: User, *, lately: bool = True, **options: Any) -> Client:
    """A browser in which this person is signed in.

    `lately`: they have just shown their password, too; a thief of the cookie has not.
    """
    client = Client(**options)
    client.force_login(user, django_settings.AUTHENTICATION_BACKENDS[0])
    if lately:
        shown = {"method": "password", "at": time.time(), "reauthenticated": True}
        session = client.session
        session["account_authentication_methods"] = [shown]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


@pytest.fixture
def as_owner(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def as_stranger(stranger: User) -> Client:
    return signed_in(stranger)


@pytest.fixture
def as_staff(staff: User) -> Client:
    return signed_in(staff)


@pytest.fixture
def upload(as_owner: Client) -> Callable[..., HttpResponse]:
    """POST files as the owner: `upload(data)` or `upload(data, name)` or several uploads."""

    def post(*files: bytes, name: str = "photo.jpg", **extra: Any) -> HttpResponse:
        photos = [SimpleUploadedFile(name, data, "image/jpeg") for data in files]
        return as_owner.post("/outfits/", {"photo": photos}, **extra)  # type: ignore[return-value]

    return post


@pytest.fixture
def make_outfit(owner: User) -> Callable[..., Outfit]:
    """An outfit that came in the way all do; `make_outfit(seed=2)` is another photo."""

    def make(seed: int = 0, user: User | None = None, **options: Any) -> Outfit:
        photo = SimpleUploadedFile(f"outfit-{seed}.jpg", outfit_jpeg(seed))
        return accept_photo((user or owner).pk, photo, **options).outfit

    return make


@pytest.fixture(scope="session")
def _starter() -> dict[str, Any]:
    """The columns of the starter's release: its files are hashed and stored once for all tests."""
    return {}


@pytest.fixture
def release(site: None, _starter: dict[str, Any]) -> Release:
    """The starter, registered and active."""
    from worker.releases import register_starter

    if _starter:
        release = Release.objects.create(**deepcopy(_starter))
        Activation.objects.create(release=release)
        return release
    release = register_starter(STARTER)
    release.refresh_from_db()
    columns = [field.attname for field in Release._meta.concrete_fields]
    _starter.update(deepcopy({name: getattr(release, name) for name in columns}))
    return release


@pytest.fixture
def classified(make_outfit: Callable[..., Outfit], release: Release) -> Outfit:
    """An outfit with its prediction."""
    from worker.classification import work

    outfit = make_outfit()
    assert work(budget_s=30) == 1
    outfit.refresh_from_db()
    return outfit


@pytest.fixture(scope="session")
def starter_copy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """A copy of the starter bundle that a test may change."""

    def copy() -> Path:
        return Path(
            shutil.copytree(STARTER, tmp_path_factory.mktemp("bundle") / "copy", dirs_exist_ok=True)
        )

    return copy
