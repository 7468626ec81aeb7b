"""`/staff/retraining/`: queue one, watch it, cancel it, read what came of it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest, staff_with
from classifier.models import Retraining
from classifier.retraining import queue
from classifier.retraining.enough import TooFew
from classifier.retraining.reports import styles_of

MAY = staff_with("classifier.change_release")
EARLIER = 20


@method_decorator([login_required, MAY, never_cache], name="dispatch")
class RetrainingsView(View):
    """GET shows the newest and the ones before. POST: `action` is queue or cancel."""

    def get(self, request: SignedInRequest) -> HttpResponse:
        latest = queue.latest(EARLIER + 1)
        context = {"retraining": next(iter(latest), None), "earlier": latest[1:]}
        return render(request, "staff/retrainings.html", context)

    def post(self, request: SignedInRequest) -> HttpResponse:
        action = request.POST.get("action", "")
        if action == "queue":
            _queue(request)
        elif action == "cancel":
            if queue.cancel(request):
                messages.success(request, _("Retraining cancelled."))
            else:
                messages.info(request, _("No retraining was in progress."))
        else:
            return HttpResponseBadRequest(_("Unknown action. Reload the page."))
        return redirect("retrainings")


def _queue(request: SignedInRequest) -> None:
    try:
        queue.request_retraining(request)
    except (queue.AlreadyPending, queue.NoActiveRelease, TooFew) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Retraining queued. A waiting process will start it."))


@login_required
@MAY
@require_safe
@never_cache
def retraining_state(request: SignedInRequest) -> HttpResponse:
    """The newest one, as the page shows it, which asks again while it is pending."""
    newest = next(iter(queue.latest(1)), None)
    return render(request, "staff/_retraining.html", {"retraining": newest})


@login_required
@MAY
@require_safe
@never_cache
def retraining_page(request: SignedInRequest, retraining_id: uuid.UUID) -> HttpResponse:
    """What came of one: the photos it learnt from, the hold-out, what the trainer said."""
    retraining = get_object_or_404(Retraining, pk=retraining_id)
    context = {"retraining": retraining, "styles": styles_of(retraining)}
    return render(request, "staff/retraining.html", context)
