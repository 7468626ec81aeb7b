"""Known devices: browsers in which somebody signed in before, told by a signed cookie.

Guessing from elsewhere does not lock them out, and a sign-in from any other is told to the owner
(OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). The cookie opens nothing. It holds
one entry for each account that was used in the browser, and an entry ends with the password that it
was made with: after a change or a reset every device is new.
"""

import secrets

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = f"{settings.COOKIE_PREFIX}device"
SALT = "classifier.accounts.devices"
A_YEAR_S = 365 * 86_400
MOST_ACCOUNTS = 5

Entries = dict[str, list[str]]


def known_device(request: HttpRequest, user: User) -> str:
    """The name of this browser, where this person signed in before; else nothing."""
    name, stamp = _entries(request).get(str(user.pk), ["", ""])
    return name if constant_time_compare(stamp, _stamp(user)) else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """This browser is known from now on."""
    entries = _entries(request)
    name = known_device(request, user) or secrets.token_hex(8)
    entries.pop(str(user.pk), None)
    entries[str(user.pk)] = [name, _stamp(user)]
    newest = dict(list(entries.items())[-MOST_ACCOUNTS:])
    response.set_cookie(
        COOKIE,
        signing.dumps(newest, salt=SALT),
        max_age=A_YEAR_S,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _entries(request: HttpRequest) -> Entries:
    try:
        found: Entries = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=A_YEAR_S)
    except signing.BadSignature:
        return {}
    return found


def _stamp(user: User) -> str:
    return salted_hmac(SALT, f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()[:20]
