"""How often somebody may try a password.

Counted by account and address together, so that a stranger's guesses lock out the stranger, not the
owner. Known devices have a count of their own, which nobody else can use up. What many addresses
do together is counted by account alone; that count holds for unknown devices only.
"""

from allauth.core.internal import ratelimit
from django.contrib.auth.models import User
from django.http import HttpRequest

from classifier.accounts.backend import account_of
from classifier.accounts.devices import known_device
from classifier.web import client_ip

APP = "allauth.account"
OF_DEVICE = "10/300s/key"
OF_ACCOUNT_AND_ADDRESS = "5/300s/key"
OF_ACCOUNT = "100/3600s/key"
OF_ADDRESS = "10/60s/ip,30/300s/ip"

Usage = list[ratelimit.RateLimitUsage]


def count_attempt(request: HttpRequest, login: str) -> Usage | None:
    """Count one attempt to sign in as this; None where there were too many."""
    account = account_of(login)
    name = f"account {account.pk}" if account else f"login {login.lower()}"
    device = known_device(request, account) if account else ""
    if device:
        return _consume(request, [("device", OF_DEVICE, f"{name} {device}")])
    address = ratelimit.truncate_ip(client_ip(request))
    return _consume(
        request,
        [
            ("account-and-address", OF_ACCOUNT_AND_ADDRESS, f"{name} {address}"),
            ("account", OF_ACCOUNT, name),
            ("address", OF_ADDRESS, None),
        ],
    )


def forget_attempts(request: HttpRequest, user: User) -> None:
    """Whoever reset the password may sign in, whatever others tried before."""
    address = ratelimit.truncate_ip(client_ip(request))
    name = f"account {user.pk}"
    for action, rate, key in (
        ("account-and-address", OF_ACCOUNT_AND_ADDRESS, f"{name} {address}"),
        ("account", OF_ACCOUNT, name),
    ):
        ratelimit.clear(request, app=APP, action=action, config={action: rate}, key=key)


def _consume(request: HttpRequest, counts: list[tuple[str, str, str | None]]) -> Usage | None:
    used: Usage = []
    for action, rate, key in counts:
        usage = ratelimit.consume(request, app=APP, action=action, config={action: rate}, key=key)
        if usage is None:
            return None
        used.append(usage)
    return used
