"""The diary by days: `/outfits/calendar/`, one day of it, and two outfits side by side."""

import uuid
from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from classifier.access import SignedInRequest, outfits_of
from classifier.history.calendar import colours_of, day_of, month_of
from classifier.history.days import EARLIEST
from classifier.history.diary import worn_days
from classifier.history.palette import NAMED, read
from classifier.models import Outfit

LATEST_YEAR = 2999


@login_required
@require_safe
@never_cache
def calendar_page(request: SignedInRequest) -> HttpResponse:
    """A month, `?month=YYYY-MM`, else this one; or a day, `?day=YYYY-MM-DD`."""
    today = timezone.localdate()
    if day := day_in(request.GET.get("day", "")):
        found = {"day": day, "month": day.replace(day=1), "outfits": day_of(request.user, day)}
        return render(request, "classifier/calendar_day.html", found)
    first = month_in(request.GET.get("month", "")) or today.replace(day=1)
    weekday = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    context = {
        "month": month_of(request.user, first, first_weekday=weekday),
        "palette": colours_of(request.user, first),
        "today": today,
        "this_month": today.replace(day=1),
    }
    return render(request, "classifier/calendar.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def compare_page(request: SignedInRequest) -> HttpResponse:
    """Two outfits side by side. A POST, of chosen outfits, is sent on to their address."""
    chosen = (request.POST if request.method == "POST" else request.GET).getlist("outfit")
    try:
        ids = list(dict.fromkeys(uuid.UUID(each) for each in chosen))
    except ValueError:
        return HttpResponseBadRequest(_("That isn’t an outfit ID."))
    if len(ids) != 2:
        messages.info(request, _("Select 2 outfits to compare."))
        return redirect("outfits")
    if request.method == "POST":
        address = reverse("outfits_compare")
        return redirect(f"{address}?{urlencode([('outfit', str(each)) for each in ids])}")
    found = outfits_of(request.user).in_bulk(ids)
    if len(found) < 2:
        raise Http404("no such outfit")
    pair = [found[each] for each in ids]
    worn = worn_days(pair)
    context = {
        "pair": [(each, worn.get(each.pk, [])) for each in pair],
        "colours": _in_both([_colours(each) for each in pair]),
        "tags": _in_both([each.tags for each in pair]),
    }
    return render(request, "classifier/compare.html", context)


def _colours(outfit: Outfit) -> list[str]:
    return [each.name for each in read(outfit.palette) if each.share >= NAMED]


def _in_both(lists: list[list[str]]) -> list[str]:
    return [each for each in dict.fromkeys(lists[0]) if each in lists[1]]


def day_in(text: str) -> date | None:
    """A day of a page's query, within what a diary may have."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= EARLIEST and day.year <= LATEST_YEAR else None


def month_in(text: str) -> date | None:
    """The first day of a month, YYYY-MM, of a page's query."""
    return day_in(f"{text}-01")
