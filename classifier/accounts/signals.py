"""What follows when allauth has changed something."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import _add_email, email_changed, password_reset
from allauth.mfa.signals import on_add_email
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from classifier.accounts.address_change import tell_old_address
from classifier.accounts.end_access import end_all_access
from classifier.accounts.guessing import forget_attempts
from classifier.accounts.notices import Notice, tell_owner

# allauth lets nobody with a second factor ask for another address, as it may never be confirmed.
# Here it counts for nothing until it is, so staff can change theirs, too.
_add_email.disconnect(on_add_email)


@receiver(password_reset)
def end_what_was_given_before(request: HttpRequest, user: User, **_: Any) -> None:
    """Whoever reads the mail has the account, and nobody else has."""
    if request.user.is_authenticated:
        logout(request)  # this session ends with the others, and the answer needs one
    end_all_access(user, request)
    forget_attempts(request, user)
    tell_owner(user, Notice.ACCESS_ENDED)


@receiver(email_changed)
def tell_the_old_address(
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: Any,
) -> None:
    """An address that was never confirmed may be a stranger's: it gets no way back."""
    if from_email_address and from_email_address.verified:
        tell_old_address(user, from_email_address.email, to_email_address.email)
