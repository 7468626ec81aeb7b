"""What FASI wants otherwise than allauth has it: mails, limits on guessing, known devices."""

import secrets
from smtplib import SMTPException
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin, urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.utils import is_mfa_enabled
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from classifier.accounts import guessing
from classifier.accounts.devices import known_device, remember_device
from classifier.accounts.notices import Notice, tell_owner

log = structlog.get_logger(__name__)

# We send our own, which leads the way back.
NOT_SENT = "account/email/email_changed"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Accounts with a password."""

    _attempt: guessing.Usage | None = None
    _first = False

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """A name is never taken for somebody's address."""
        cleaned: str = super().clean_username(username.replace("@", "-"), shallow)
        return cleaned

    # Mail ---------------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if not self.mailed(template_prefix, email, context):
            return
        request = allauth_context.request
        if settings.FASI_MAIL_FOLDER and not request.path.startswith("/api/"):
            folder = settings.FASI_MAIL_FOLDER
            text = _("No mail server is set up. The mail was saved to %(folder)s.")
            messages.info(request, text % {"folder": folder})

    def mailed(self, template_prefix: str, email: str, context: dict[str, Any]) -> bool:
        """Whether the mail server took the mail; jobs, which have no request, send by this too.

        Every link begins with the site's own address, whatever Host a request named.
        """
        links = {name: _of_site(str(v)) for name, v in context.items() if name.endswith("_url")}
        site = SimpleNamespace(name="FASI", domain=urlsplit(settings.FASI_SITE_URL).netloc)
        request = allauth_context.request
        site_context = {"request": request, "email": email, "current_site": site}
        message = self.render_mail(
            template_prefix, email, {**site_context, "site_url": _of_site("/"), **context, **links}
        )
        try:
            message.send()
        except (OSError, SMTPException) as error:
            log.error("mail_not_sent", template=template_prefix, error=str(error))
            return False
        return True

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        if template_prefix != NOT_SENT:
            super().send_notification_mail(template_prefix, user, context, email)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Takes as long as signing somebody up: the hash of their password is what takes long."""
        make_password(secrets.token_hex())
        super().send_account_already_exists_mail(email)

    # Signing in ---------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login = credentials.get("email") or credentials.get("username") or ""
        self._attempt = guessing.count_attempt(request, login)
        if self._attempt is None:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        """A password that was right is no guess."""
        for usage in self._attempt or []:
            usage.rollback()

    def login(self, request: HttpRequest, user: User) -> None:
        self._first = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **options)
        if not self._first and not known_device(request, user):
            tell_owner(user, Notice.NEW_DEVICE)
        remember_device(request, response, user)
        return response

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """A code by mail is for those only who have neither a password nor a second factor."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and (user.has_usable_password() or is_mfa_enabled(user)):
            return [method for method in methods if method["id"] != "reauthenticate_by_code"]
        return methods


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts of another provider."""

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Only where both sides have confirmed the address is it the same person."""
        found: tuple[User, str] | None = super().authenticate_by_email(sociallogin)
        if found is None:
            return None
        user, email = found
        confirmed = EmailAddress.objects.filter(user=user, email=email.lower(), verified=True)
        return found if confirmed.exists() else None


def _of_site(url: str) -> str:
    parts = urlsplit(url)
    return str(urljoin(settings.FASI_SITE_URL, parts._replace(scheme="", netloc="").geturl()))
