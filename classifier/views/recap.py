"""The recap of a month, for its owner and, by a link, for whoever has it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest
from classifier.audit import Action, record
from classifier.history.recap import card_jpeg, recap_of, share, shared, stop
from classifier.models import SharedRecap
from classifier.models.people import has_confirmed_address
from classifier.storage.objects import StorageUnavailable
from classifier.views.calendar import month_in


@login_required
@require_safe
@never_cache
def recap_page(request: SignedInRequest) -> HttpResponse:
    """`?month=YYYY-MM`, else this month."""
    first = month_in(request.GET.get("month", "")) or timezone.localdate().replace(day=1)
    context = {
        "recap": recap_of(request.user, first),
        "shared": SharedRecap.objects.filter(owner=request.user, month=first).first(),
        "month": first,
    }
    return render(request, "classifier/recap.html", context)


@login_required
@require_POST
def share_recap(request: SignedInRequest) -> HttpResponse:
    """Field `month`: make its recap public as it is now, or with `stop` take that back."""
    first = month_in(request.POST.get("month", ""))
    if first is None:
        return HttpResponseBadRequest(_("That isn’t a valid month."))
    if "stop" in request.POST:
        stop(request.user, first)
        record(Action.UNSHARED, request=request, month=f"{first:%Y-%m}")
        messages.success(request, _("Sharing stopped. The link no longer works."))
    elif not has_confirmed_address(request.user.pk):
        messages.error(request, _("Confirm your email address first. Then you can share."))
    else:
        recap = recap_of(request.user, first)
        if recap.shown:
            share(request.user, recap)
            record(Action.SHARED, request=request, month=f"{first:%Y-%m}")
        else:
            messages.error(request, _("No outfits this month."))
    return redirect(f"{reverse('recap')}?month={first:%Y-%m}")


@require_safe
@never_cache
def shared_recap(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody with the link sees: the card, nothing of the owner."""
    context = {"recap": _shared(token), "token": token}
    answer = render(request, "classifier/shared_recap.html", context)
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
@never_cache
def shared_recap_card(request: HttpRequest, token: str) -> HttpResponse:
    """The card of a shared month."""
    try:
        return HttpResponse(card_jpeg(_shared(token)), content_type="image/jpeg")
    except StorageUnavailable:
        return HttpResponse(_("The photo storage isn’t responding. Try again soon."), status=503)


def _shared(token: str) -> SharedRecap:
    found = shared(token)
    if found is None:
        raise Http404("no such link")
    return found
