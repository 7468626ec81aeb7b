"""Issuing, finding and revoking tokens.

A token looks like `fasi_` + 40 characters + 6 of a checksum: the prefix lets secret scanners find
one that was published, the checksum lets them, and us, tell it from something that only looks like
one without asking the database (as GitHub's tokens do: "Behind GitHub's new authentication token
formats", 2021).
"""

import secrets
import string
import uuid
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from classifier.limits.ledger import LimitReached, one_more
from classifier.models import ApiToken, Scope
from classifier.models.people import has_confirmed_address
from classifier.values.digests import digest_of

PREFIX = "fasi_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
SHOWN_LENGTH = 12
# Often enough for a person who asks "is this still used?", seldom enough to cost no writes.
USE_NOTED_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=30)


class TokenRefused(ValueError):
    """Such a token is not issued; the text is a sentence for the person."""


@dataclass(frozen=True)
class Issued:
    """A new token and its text, which nobody can show again."""

    token: ApiToken
    text: str


def issue_token(
    owner: User, name: str, scopes: Collection[str], expires: datetime | None = None
) -> Issued:
    """Make a token for this person. Raises TokenRefused."""
    if not has_confirmed_address(owner.pk):
        raise TokenRefused(_("Confirm your email address first. Then you can create tokens."))
    chosen = [scope.value for scope in Scope if scope in scopes]
    if not chosen or len(chosen) < len(set(scopes)):
        raise TokenRefused(_("Choose at least one permission: read, write or admin."))
    if Scope.ADMIN in chosen and not owner.is_staff:
        raise TokenRefused(_("Only staff can have a token with the admin permission."))
    if expires is not None and expires <= timezone.now():
        raise TokenRefused(_("Choose an expiry date in the future."))
    text = _new_text()
    good = ApiToken.objects.filter(_unexpired(), owner=owner, revoked__isnull=True)
    try:
        with one_more(owner.pk, good, settings.FASI_MAX_TOKENS):
            token = ApiToken.objects.create(
                owner=owner,
                name=name,
                start=text[:SHOWN_LENGTH],
                digest=digest_of(text),
                scopes=chosen,
                expires=expires,
            )
    except LimitReached as error:
        told = _("You have %(most)s tokens, which is the limit. Revoke one you no longer use.")
        raise TokenRefused(told % {"most": error.most}) from error
    return Issued(token, text)


def find_token(text: str) -> ApiToken | None:
    """The token with this text, if it is good now; notes that it was used."""
    if not well_formed(text):
        return None
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("owner")
        .filter(_unexpired())
        .filter(digest=digest_of(text), revoked__isnull=True, owner__is_active=True)
        .first()
    )
    if token and (token.last_used is None or token.last_used < now - USE_NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return token


def revoke_token(owner: User, token_id: uuid.UUID) -> bool:
    """End a token of this person; False where they have no such token that was still good."""
    mine = ApiToken.objects.filter(owner=owner, pk=token_id, revoked__isnull=True)
    return bool(mine.update(revoked=timezone.now()))


def forget_old() -> int:
    """Delete tokens that ended long ago, revoked or expired. Returns how many."""
    old = timezone.now() - KEPT
    deleted, _by_model = ApiToken.objects.filter(Q(revoked__lt=old) | Q(expires__lt=old)).delete()
    return deleted


def _unexpired() -> Q:
    return Q(expires__isnull=True) | Q(expires__gt=timezone.now())


def well_formed(text: str) -> bool:
    """Whether this can be one of our tokens: the prefix, the length and the checksum are right."""
    body, checksum = text.removeprefix(PREFIX)[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return (
        text.startswith(PREFIX)
        and len(body) == RANDOM_LENGTH
        and text.isascii()
        and _checksum(body) == checksum
    )


def _new_text() -> str:
    body = "".join(secrets.choice(ALPHABET) for _i in range(RANDOM_LENGTH))
    return PREFIX + body + _checksum(body)


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _i in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
