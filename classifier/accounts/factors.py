"""Second factors: secrets are encrypted at rest, and staff need one."""

import base64
import hashlib
from collections.abc import Callable

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Whoever reads the database alone cannot make codes."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    """Encrypts with the secret key; decrypts also with those that were used before."""
    return MultiFernet(
        [Fernet(_derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _derived(secret_key: str) -> bytes:
    digest = hashlib.sha256(b"fasi second factors\0" + secret_key.encode()).digest()
    return base64.urlsafe_b64encode(digest)


def lacks_factor(user: User | AnonymousUser) -> bool:
    """Whether this is a member of staff who may do nothing before they have a second factor."""
    return bool(
        settings.FASI_STAFF_NEED_FACTOR
        and user.is_authenticated
        and user.is_staff
        and not is_mfa_enabled(user, FACTORS)
    )


def staff_need_factor(get_response: GetResponse) -> GetResponse:
    """Middleware: send staff without a second factor to the page that sets one up."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not lacks_factor(request.user) or _sets_factor_up(request.path):
            return get_response(request)
        messages.warning(request, _("Staff accounts need two-step sign-in. Set it up to continue."))
        return redirect("mfa_index")

    return answer


def _sets_factor_up(path: str) -> bool:
    """Pages that lead to a factor: its own, a confirmed address, a password typed again."""
    allowed = (
        reverse("mfa_index"),
        reverse("account_reauthenticate"),
        reverse("account_email"),
        reverse("account_confirm_email", args=["x"])[: -len("x/")],
        reverse("account_logout"),
        reverse("set_language"),
    )
    return path.startswith(allowed) or path in ("/healthz", "/readyz", reverse("may_send"))


def encrypt_again() -> int:
    """Encrypt every secret with the present secret key. Returns how many there were."""
    ids = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk")
    for (factor_id,) in ids:
        with transaction.atomic():
            # The lock keeps a recovery code that is used at this moment used.
            factor = Authenticator.objects.select_for_update().get(pk=factor_id)
            for field in {"secret", "seed"} & set(factor.data):
                factor.data[field] = _cipher().rotate(factor.data[field].encode()).decode()
            factor.save(update_fields=["data"])
    return len(ids)
