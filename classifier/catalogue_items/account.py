"""The account that the photos of the catalogue belong to: nobody's."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

NAME = "(catalogue)"
"""No form accepts brackets in a name, so nobody can sign up as the catalogue."""


def catalogue_owner() -> int:
    """The id of the account, which is made when it is first needed. Nobody can sign in as it."""
    owner, _ = User.objects.get_or_create(
        username=NAME, defaults={"is_active": False, "password": make_password(None)}
    )
    return owner.pk
