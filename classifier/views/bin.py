"""The bin: what its owner threw away, to be taken back or deleted for ever."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest
from classifier.bin.service import in_bin, remove_for_ever, restore, throw_away, thrown_with
from classifier.models import Outfit
from classifier.storage.delivery import stored
from classifier.storage.objects import JPEG, ObjectMissing, StorageUnavailable
from classifier.templatetags.classifier import UNDO

PAGE_SIZE = 48
MOST_AT_ONCE = 200
MOST_FOR_EVER = 2_000
KEPT_S = 3_600


@login_required
@require_safe
@never_cache
def bin_page(request: SignedInRequest) -> HttpResponse:
    """What is in the bin, the last thrown away first, and how long each is there yet."""
    page = Paginator(in_bin(request.user.pk), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "days": settings.FASI_BIN_DAYS}
    return render(request, "classifier/bin.html", context)


@login_required
@require_safe
def bin_thumb(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponseBase:
    """The small photo of what is in the bin, for whose bin it is in."""
    binned = in_bin(request.user.pk).filter(pk=outfit_id).first()
    if binned is None:
        raise Http404("not in the bin")
    try:
        answer = stored(binned.outfit.thumb_key, JPEG)
    except ObjectMissing as error:
        raise Http404("no such photo") from error
    patch_cache_control(answer, private=True, max_age=KEPT_S)
    return answer


@login_required
@require_POST
def bin_restore(request: SignedInRequest) -> HttpResponse:
    """Fields `outfit`, or the one in `only` whatever else is ticked: take these out of the bin."""
    ids = chosen_ids(request, "only" if "only" in request.POST else "outfit")
    if ids is None:
        return HttpResponseBadRequest(_("That isn’t an outfit ID."))
    _told_restored(request, restore(request.user.pk, ids))
    return redirect("bin")


@login_required
@require_POST
def bin_undo(request: SignedInRequest, together: uuid.UUID) -> HttpResponse:
    """Take back what was thrown away with one click."""
    restored = restore(request.user.pk, thrown_with(request.user.pk, together))
    _told_restored(request, restored)
    if len(restored) == 1:
        return redirect("outfit", restored[0])
    return redirect("outfits")


@login_required
@require_POST
def bin_delete(request: SignedInRequest) -> HttpResponse:
    """Delete for ever: fields `outfit`, or `all`. The first time it asks; with `confirmed` it does.

    Of a full bin so many as a request has time for; the rest stays, and the page says so.
    """
    ids = chosen_ids(request)
    if ids is None:
        return HttpResponseBadRequest(_("That isn’t an outfit ID."))
    binned = in_bin(request.user.pk)
    everything = "all" in request.POST
    chosen = binned if everything else binned.filter(pk__in=ids)
    if not chosen.exists():
        messages.info(request, _("Select outfits first."))
        return redirect("bin")
    if "confirmed" not in request.POST:
        context = {
            "binned": chosen[:PAGE_SIZE],
            "count": chosen.count(),
            "ids": [] if everything else ids,
            "all": everything,
        }
        return render(request, "classifier/delete_for_ever.html", context)
    try:
        removed = remove_for_ever(
            request.user.pk, list(chosen.values_list("pk", flat=True)[:MOST_FOR_EVER])
        )
    except StorageUnavailable:
        messages.error(request, _("The photo storage isn’t responding. Try again soon."))
    else:
        text = ngettext(
            "%d outfit deleted permanently.", "%d outfits deleted permanently.", removed
        )
        messages.success(request, text % removed)
    return redirect("bin")


def throw_away_and_tell(request: SignedInRequest, outfits: list[Outfit]) -> None:
    """Put these into the bin, and say so with a button that takes it back."""
    thrown = throw_away(request.user.pk, [each.pk for each in outfits])
    if count := len(thrown.outfits):
        text = ngettext("Moved %d outfit to the bin.", "Moved %d outfits to the bin.", count)
        messages.success(request, text % count, extra_tags=f"{UNDO}{thrown.together}")


def chosen_ids(request: HttpRequest, field: str = "outfit") -> list[uuid.UUID] | None:
    """The ids in the fields of this name, so many at most as go at once; None: one is none."""
    try:
        return [uuid.UUID(each) for each in request.POST.getlist(field)][:MOST_AT_ONCE]
    except ValueError:
        return None


def _told_restored(request: SignedInRequest, restored: list[uuid.UUID]) -> None:
    if restored:
        text = ngettext("%d outfit restored.", "%d outfits restored.", len(restored))
        messages.success(request, text % len(restored))
    else:
        messages.info(request, _("Nothing to restore."))
