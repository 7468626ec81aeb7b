"""Who reaches what: an outfit its owner, or there is none; staff pages those who may."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, TimestampSigner
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode

from classifier.models import Batch, Consent, Outfit, Prediction

MAY_REVIEW = "classifier.change_prediction"
"""The permission to say which style is right, as staff."""


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` gets."""

    user: User


def outfits_of(user: User) -> QuerySet[Outfit]:
    """The person's outfits, newest day first, with the predictions that speak for them.

    What a release says that nobody is to see yet is not among them.
    """
    shown = (
        Prediction.objects.filter(shown=True)
        .select_related("release", "personal")
        .defer("embedding", "activation_map")
    )
    return (
        Outfit.objects.filter(owner=user)
        .defer("words")
        .order_by("-day", "-created", "-id")
        .prefetch_related(Prefetch("predictions", queryset=shown))
    )


def access_outfit(user: User, outfit_id: uuid.UUID) -> Outfit:
    """The outfit, if it is this person's. Raises Http404: a stranger's does not exist."""
    try:
        return outfits_of(user).get(pk=outfit_id)
    except Outfit.DoesNotExist as error:
        raise Http404("no such outfit") from error


_TICKETS = TimestampSigner(salt="photo")


def photo_ticket(outfit_id: uuid.UUID) -> str:
    """Opens an outfit's photo and thumb to whoever has it, for FASI_SIGNED_URL_S seconds.

    For programs, which have no session.
    """
    return _TICKETS.sign(str(outfit_id)).removeprefix(f"{outfit_id}:")


def ticketed(view: str, outfit_id: uuid.UUID) -> str:
    """The address of `outfit_photo` or `outfit_thumb` with a ticket."""
    address = reverse(view, args=[outfit_id])
    return f"{address}?{urlencode({'ticket': photo_ticket(outfit_id)})}"


def opens_photo(ticket: str, outfit_id: uuid.UUID) -> bool:
    """Whether the ticket is ours, for this outfit, and not over."""
    try:
        _TICKETS.unsign(f"{outfit_id}:{ticket}", max_age=settings.FASI_SIGNED_URL_S)
    except BadSignature:
        return False
    return True


def reason_of_staff(user: User, outfit: Outfit) -> str:
    """Why this person may see somebody else's photo, as staff; empty where there is no reason.

    A photo that failed, to find out why; or one that they may review.
    """
    if not user.is_staff:
        return ""
    if outfit.status == Outfit.Status.FAILED and user.has_perm("classifier.change_outfit"):
        return "failed"
    return reason_to_review(user, outfit)


def reason_to_review(user: User, outfit: Outfit) -> str:
    """Why this person may review somebody else's photo: its owner asked, or consents; or empty."""
    if not user.is_staff or not user.has_perm(MAY_REVIEW):
        return ""
    if outfit.review_asked:
        return "asked"
    return "review" if Consent.objects.holds(outfit.owner_id) else ""


def access_batch(user: User, batch_id: uuid.UUID) -> Batch:
    """The batch, if it is this person's. Raises Http404: a stranger's does not exist."""
    return get_object_or_404(Batch, pk=batch_id, owner=user)


def staff_with(permission: str) -> Callable[[Any], Any]:
    """Lets staff with this permission in and answers others 403. Goes inside `login_required`."""

    def may_enter(user: User | AnonymousUser) -> bool:
        if user.is_staff and user.has_perm(permission):
            return True
        raise PermissionDenied

    return user_passes_test(may_enter)
