"""Photos at the site's own address: who asks is checked here, the bytes come from the bucket."""

import uuid
from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest, opens_photo, reason_of_staff
from classifier.audit import record_looks
from classifier.history.large_thumbs import large_thumb_key
from classifier.integrations.tokens import find_token
from classifier.models import Outfit
from classifier.storage.delivery import stored
from classifier.storage.objects import JPEG, ObjectMissing, StorageUnavailable

# An outfit's photo never changes; a day later a browser asks whether it is still there.
KEPT_S = 86_400
TICKET = "ticket"
BEARER = "Bearer "


@require_safe
def outfit_photo(request: HttpRequest, outfit_id: uuid.UUID) -> HttpResponseBase:
    """The stored photo, for its owner, whoever has a ticket for it, and staff with a reason."""
    return _stored_photo(request, outfit_id, "photo_key")


@require_safe
def outfit_thumb(request: HttpRequest, outfit_id: uuid.UUID) -> HttpResponseBase:
    """The small photo of lists, for the same people."""
    return _stored_photo(request, outfit_id, "thumb_key")


@login_required
@require_safe
def outfit_thumb_large(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponseBase:
    """The small photo for screens with small pixels, for its owner."""
    fields = Outfit.objects.only("id", "photo_key", "width", "height")
    outfit = get_object_or_404(fields, pk=outfit_id, owner=request.user)
    try:
        key = large_thumb_key(outfit)
    except StorageUnavailable:  # the thumb, which nobody has to draw, may still be had
        return redirect("outfit_thumb", outfit_id)
    except ObjectMissing as error:
        raise Http404("no such photo") from error
    answer = _bytes(key)
    patch_cache_control(answer, private=True, max_age=KEPT_S)
    return answer


def _stored_photo(request: HttpRequest, outfit_id: uuid.UUID, which: str) -> HttpResponseBase:
    by_ticket = opens_photo(request.GET.get(TICKET, ""), outfit_id)
    if not by_ticket and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    outfits = Outfit.objects.only("id", "owner_id", "status", "review_asked", which)
    outfit = get_object_or_404(outfits, pk=outfit_id)
    key = getattr(outfit, which)
    if by_ticket or outfit.owner_id == request.user.pk:
        answer = _bytes(key)
        patch_cache_control(answer, private=True, max_age=KEPT_S)
        return answer
    if reason := reason_of_staff(cast(User, request.user), outfit):
        answer = _bytes(key)
        record_looks(request, [outfit], reason)
        # Each look is written down, so a browser must not have it from a look before.
        patch_cache_control(answer, private=True, no_store=True)
        return answer
    raise Http404("no such photo")


def _bytes(key: str) -> HttpResponseBase:
    try:
        return stored(key, JPEG)
    except ObjectMissing as error:
        raise Http404("no such photo") from error


@require_safe
@never_cache
def may_send(request: HttpRequest) -> HttpResponse:
    """For nginx: 204 where somebody may send a large body, asked before it takes the first byte."""
    token = request.headers.get("Authorization", "")
    known = request.user.is_authenticated or (
        token.startswith(BEARER) and find_token(token.removeprefix(BEARER)) is not None
    )
    return HttpResponse(status=204 if known else 401)
