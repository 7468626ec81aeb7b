"""The old address is told of a change, and can take it back for three days.

Whoever changed it may be a thief who knew the password. So undoing ends all access, takes the
password and the second factors that are younger than the window, and sends a link to set a new
password to the old address.
"""

import secrets
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from classifier.accounts.end_access import end_all_access
from classifier.accounts.notices import Notice, tell_owner
from classifier.audit import Action, record
from classifier.models import AddressChange
from classifier.values.digests import digest_of

WINDOW = timedelta(hours=72)


class AddressTaken(Exception):
    """The old address belongs to another account by now."""


def tell_old_address(user: User, old: str, new: str) -> None:
    """Send the old address a link that undoes the change."""
    text = secrets.token_urlsafe(24)
    AddressChange.objects.create(owner=user, old=old, new=new, digest=digest_of(text))
    get_adapter().send_notification_mail(
        "account/email/address_changed",
        user,
        {"old": old, "new": new, "undo_url": reverse("address_undo", args=[text])},
        email=old,
    )


def find_change(text: str) -> AddressChange | None:
    """The change that this link undoes, while it may."""
    return AddressChange.objects.filter(
        digest=digest_of(text), ended__isnull=True, created__gt=timezone.now() - WINDOW
    ).first()


def undo_change(request: HttpRequest, change: AddressChange) -> None:
    """Give the account back to the old address. Raises AddressTaken."""
    with transaction.atomic():
        user = get_user_model().objects.select_for_update().get(pk=change.owner_id)
        others = EmailAddress.objects.filter(email=change.old, verified=True)
        if others.exclude(user=user).exists():
            raise AddressTaken
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=change.old, verified=True, primary=True)
        user.email = change.old
        user.set_unusable_password()
        user.save()
        since = change.created - WINDOW
        Authenticator.objects.filter(user=user, created_at__gt=since).delete()
        # The links that later changes sent to a thief's addresses end as well.
        later = AddressChange.objects.filter(owner=user, created__gte=change.created)
        later.update(ended=timezone.now())
        record(Action.ADDRESS_CHANGED, request=request, subject=user.pk, undone=True)
        end_all_access(user, request)
    tell_owner(user, Notice.ADDRESS_RESTORED)
    request_password_reset(request, change.old, [user], default_token_generator)
