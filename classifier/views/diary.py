"""What a person writes beside an outfit: its note and tags, a favorite, further days worn."""

import uuid
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest, access_outfit
from classifier.history import diary
from classifier.models import Outfit
from classifier.values.text import is_text

MOST_ASKED = 6
"""So many times a page asks for a palette that is not there, each time after twice as long."""
FIRST_ASKED_S = 3
ASKED = {str(number) for number in range(MOST_ASKED + 1)}


def palette_waits(outfit: Outfit, asked: int = 0) -> dict[str, object]:
    """For `_outfit_palette.html`: when the page asks for the palette the next time, if at all."""
    waits = outfit.palette is None and outfit.status == Outfit.Status.DONE and asked < MOST_ASKED
    return {
        "ask_in_s": FIRST_ASKED_S * 2**asked if waits else None,
        "asked": asked + 1,
    }


@login_required
@require_safe
@never_cache
def outfit_palette(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The colours, as HTMX asks for them until maintenance worked them out."""
    outfit = access_outfit(request.user, outfit_id)
    asked = request.GET.get("asked", "")
    waits = palette_waits(outfit, int(asked) if asked in ASKED else 0)
    return render(request, "classifier/_outfit_palette.html", {"outfit": outfit, **waits})


@login_required
@require_POST
def write_diary(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Fields `note`, and `tags` with commas between them."""
    outfit = access_outfit(request.user, outfit_id)
    note, tags = request.POST.get("note", ""), request.POST.get("tags", "")
    if not is_text(note):
        raise BadRequest("a control character in a note")
    try:
        diary.write(request.user, outfit_id, note=note, tags=tags.split(","))
    except ValueError:
        text = _("A note can have up to 1,000 characters, an outfit up to 20 tags of 40 each.")
        messages.error(request, text)
    else:
        messages.success(request, _("Saved."))
    return redirect(outfit)


@login_required
@require_POST
def change_favorite(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Make it a favorite, or with an empty `on` none; HTMX gets the button anew."""
    outfit = access_outfit(request.user, outfit_id)
    outfit.favorite = bool(request.POST.get("on"))
    diary.write(request.user, outfit_id, favorite=outfit.favorite)
    if request.headers.get("HX-Request"):
        return render(request, "classifier/_favorite.html", {"outfit": outfit})
    return redirect(outfit)


@login_required
@require_POST
def change_worn(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Field `day`, YYYY-MM-DD: it was worn then, too; with `not` it was not."""
    outfit = access_outfit(request.user, outfit_id)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        messages.error(request, _("That isn’t a valid date."))
        return redirect(outfit)
    if "not" in request.POST:
        diary.not_worn(request.user, outfit_id, day)
    elif diary.wear_again(request.user, outfit_id, day):
        messages.success(request, _("Worn again on %(day)s.") % {"day": date_format(day)})
    else:
        messages.error(request, _("Choose a day between 1990 and today."))
    return redirect(outfit)
