"""Passwords: every attempt costs one hash, whoever it is for.

allauth's backend tries a login as a name and as an address, and hashes for each account that it
finds: an address that is known took twice as long as one that is not.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username
from django.contrib.auth.models import User
from django.http import HttpRequest

from classifier.models.compiled import Compiled

_USER = Compiled(lambda: User.objects.filter(pk=0))


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth carries no types
    """Checks the password of the one account that a login can mean."""

    def get_user(self, user_id: int) -> User | None:
        """Who a session says that it is, at each request: as Django's, but compiled once."""
        user = _USER.get(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        account = account_of(credentials.get("email") or credentials.get("username") or "")
        # Where there is no account, allauth's caller hashes the password once for nothing.
        checked: User | None = self._check_password(account, credentials["password"])
        return checked


def account_of(login: str) -> User | None:
    """The account that somebody means who signs in as this: first by address, then by name."""
    by_address = filter_users_by_email(login, prefer_verified=True, for_login=True)
    found: User | None = by_address[0] if by_address else get_user_by_username(login)
    return found
