"""Cookies, caches, addresses in mails, security.txt, keys: as a server on the internet has them."""

import importlib
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import call_command
from django.test import Client

import fasi_site.environment
import fasi_site.settings_accounts
from classifier.accounts.deployment import deployment_errors
from tests.support.mails import link_in_last_mail


@pytest.fixture
def on_a_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The settings of accounts as they are behind TLS, off the embedded stack."""
    monkeypatch.setenv("FASI_EMBEDDED", "0")
    monkeypatch.setenv("FASI_HTTPS", "1")
    monkeypatch.setenv("FASI_SITE_URL", "https://fasi.example.org/")
    importlib.reload(fasi_site.environment)
    yield importlib.reload(fasi_site.settings_accounts)
    monkeypatch.undo()
    importlib.reload(fasi_site.environment)
    importlib.reload(fasi_site.settings_accounts)


def test_cookies_come_from_this_very_host_and_by_tls_only(on_a_server: Any) -> None:
    assert on_a_server.SESSION_COOKIE_NAME == "__Host-sessionid"
    assert on_a_server.CSRF_COOKIE_NAME == "__Host-csrftoken"
    assert on_a_server.SESSION_COOKIE_SECURE
    assert on_a_server.CSRF_COOKIE_SECURE
    assert on_a_server.SECURE_SSL_REDIRECT
    assert on_a_server.SECURE_HSTS_SECONDS >= 31_536_000
    assert on_a_server.SECURE_HSTS_INCLUDE_SUBDOMAINS


def test_a_server_is_strict_by_default(on_a_server: Any) -> None:
    assert on_a_server.FASI_STAFF_NEED_FACTOR
    assert on_a_server.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
    assert not on_a_server.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN
    assert on_a_server.FASI_SITE_URL == "https://fasi.example.org"


SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("backend", "address", "https", "refused"),
    [
        (SMTP, "https://fasi.example.org", True, ""),
        (SMTP, "http://fasi.example.org", False, ""),
        (SMTP, "http://fasi.example.org", True, "https://"),
        (SMTP, "", True, "FASI_SITE_URL"),
        (SMTP, "fasi.example.org", True, "FASI_SITE_URL"),
        ("django.core.mail.backends.console.EmailBackend", "https://a.b", True, "FASI_EMAIL_URL"),
        ("django.core.mail.backends.filebased.EmailBackend", "https://a.b", True, "FASI_EMAIL_URL"),
    ],
)
def test_a_server_needs_mail_and_its_own_address(
    settings: Any, backend: str, address: str, https: bool, refused: str
) -> None:
    settings.EMBEDDED, settings.HTTPS = False, https
    settings.EMAIL_BACKEND, settings.FASI_SITE_URL = backend, address
    errors = " ".join(deployment_errors())
    assert refused in errors
    assert bool(errors) == bool(refused)


def test_the_embedded_stack_needs_neither(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert deployment_errors() == []


def test_a_forged_host_is_in_no_mail(owner: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"Host": "evil.example.org"})
    client.post("/accounts/password/reset/", {"email": owner.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    for message in mail.outbox:
        assert "evil" not in str(message.body) + message.subject
    assert link_in_last_mail(owner.email, "/password/reset/key/")
    assert link_in_last_mail("nobody@example.org", "/signup/")


@pytest.mark.parametrize(
    "address", ["/", "/outfits/", "/account/data/", "/account/tokens/", "/accounts/sessions/"]
)
def test_what_is_personal_is_kept_in_no_cache(as_owner: Client, address: str) -> None:
    assert as_owner.get(address)["Cache-Control"] == "private, no-store"


def test_signing_out_empties_the_browsers_cache(as_owner: Client) -> None:
    assert as_owner.post("/accounts/logout/")["Clear-Site-Data"] == '"cache"'


def test_the_content_policy_is_on_the_pages_of_accounts(as_owner: Client) -> None:
    for address in ("/accounts/2fa/", "/accounts/sessions/", "/accounts/email/"):
        policy = as_owner.get(address)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_security_txt_says_where_to_report(site: None, settings: Any) -> None:
    address = "/.well-known/security.txt"
    assert Client().get(address).status_code == 404
    settings.FASI_SECURITY_CONTACT = "mailto:security@example.org"
    answer = Client().get(address)
    assert answer["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert "Contact: mailto:security@example.org\n" in text
    assert "Expires: 2" in text
    assert f"Canonical: {settings.FASI_SITE_URL}{address}\n" in text


def test_pages_say_where_a_mail_went(owner: User, settings: Any) -> None:
    settings.FASI_MAIL_FOLDER = "/data/mail"
    client = Client()
    form = {"email": owner.email}
    page = client.post("/accounts/password/reset/", form, follow=True).content.decode()
    assert "/data/mail" in page


def test_a_new_secret_key_signs_nobody_out(as_owner: Client, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that nobody has seen"
    assert as_owner.get("/outfits/").status_code == 200


def test_the_command_makes_a_new_key(settings: Any, tmp_path: Path, site: None) -> None:
    settings.EMBEDDED = False
    said = StringIO()
    call_command("rotate_secret_key", stdout=said)
    lines = dict(line.split("=") for line in said.getvalue().splitlines() if "=" in line)
    assert lines["FASI_SECRET_KEY_FALLBACKS"] == django_settings.SECRET_KEY
    assert len(lines["FASI_SECRET_KEY"]) == 96

    settings.EMBEDDED, settings.DATA_DIR = True, tmp_path
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"secret_key": settings.SECRET_KEY, "s3_access_key": "kept"}))
    call_command("rotate_secret_key", stdout=said)
    now = json.loads(keys.read_text())
    assert now["secret_key_fallbacks"] == settings.SECRET_KEY
    assert now["secret_key"] not in ("", settings.SECRET_KEY)
    assert now["s3_access_key"] == "kept"
    assert keys.stat().st_mode & 0o077 == 0
