"""The one way by which a page reaches an outfit: its owner's, or there is none."""

import uuid

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest

from classifier.models import Outfit, Prediction


class SignedInRequest(HttpRequest):
    """What a view behind `login_required` gets."""

    user: User


def outfits_of(user: User) -> QuerySet[Outfit]:
    """The person's outfits, newest first, with the predictions that a card shows."""
    shown = Prediction.objects.select_related("release").defer("embedding", "activation_map")
    return (
        Outfit.objects.filter(owner=user)
        .order_by("-created", "-id")
        .prefetch_related(Prefetch("predictions", queryset=shown))
    )


def access_outfit(user: User, outfit_id: uuid.UUID) -> Outfit:
    """The outfit, if it is this person's. Raises Http404: a stranger's does not exist."""
    try:
        return outfits_of(user).get(pk=outfit_id)
    except Outfit.DoesNotExist as error:
        raise Http404("no such outfit") from error
