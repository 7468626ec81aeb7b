"""`/for-you/`: suggestions of the catalogue, what people say of them, and their photos."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest
from classifier.catalogue import offered_wardrobes
from classifier.models import CatalogueItem, Opinion
from classifier.personalization.for_you import suggestions_for
from classifier.personalization.ideas import ideas_for
from classifier.personalization.opinions import ENOUGH, likes_of, say
from classifier.personalization.switch import adapts_to
from classifier.storage.delivery import stored
from classifier.storage.objects import JPEG, ObjectMissing
from classifier.views.photos import KEPT_S


@login_required
@require_safe
@never_cache
def for_you_page(request: SignedInRequest) -> HttpResponse:
    """A new list each time. Query `wardrobe`: its styles alone; an unknown one is all styles."""
    wardrobes = offered_wardrobes()
    wardrobe = request.GET.get("wardrobe", "")
    if wardrobe not in wardrobes:
        wardrobe = ""
    language = get_language() or "en"
    found = suggestions_for(request.user.id, wardrobe)
    context = {
        "found": found,
        "ideas": [] if found.exists else ideas_for(request.user, timezone.localdate()),
        "adapts": adapts_to(request.user.id),
        "enough": ENOUGH,
        "wardrobe": wardrobe,
        "wardrobes": {key: each.name(language) for key, each in wardrobes.items()},
    }
    return render(request, "classifier/for_you.html", context)


@login_required
@require_POST
def say_of_item(request: SignedInRequest, item_id: uuid.UUID) -> HttpResponse:
    """Field `said`: liked, hidden, or anything else to take back what was said.

    `tapping`: somebody of whom nothing is known begins by liking some, and then gets a new list.
    """
    text = request.POST.get("said", "")
    said = Opinion.Said(text) if text in Opinion.Said.values else None
    there = say(request.user.id, item_id, said)
    if not request.headers.get("HX-Request"):
        if not there:
            messages.info(request, _("This item is gone."))
        return redirect("for_you")
    likes = likes_of(request.user.id) if request.POST.get("tapping") == "1" else None
    context = {
        "item": CatalogueItem(pk=item_id),
        "gone": not there,
        "said": said or "",
        "tapping": likes is not None,
        "likes": likes,
        "enough": ENOUGH,
    }
    answer = render(request, "classifier/_said.html", context)
    if likes is not None and likes >= ENOUGH:
        answer["HX-Refresh"] = "true"
    return answer


@login_required
@require_safe
def item_thumb(request: SignedInRequest, item_id: uuid.UUID) -> HttpResponseBase:
    """The small photo of an item, for everybody who has an account."""
    item = get_object_or_404(CatalogueItem.objects.select_related("outfit"), pk=item_id)
    try:
        answer = stored(item.outfit.thumb_key, JPEG)
    except ObjectMissing as error:
        raise Http404("no such photo") from error
    patch_cache_control(answer, private=True, max_age=KEPT_S)
    return answer
