"""`/staff/dead-letters/`: what failed for good, why, queueing it again, deleting it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from classifier.access import SignedInRequest, staff_with
from classifier.audit import Action, record
from classifier.lifecycle.dead_letters import dead_letters, discard, kinds
from classifier.lifecycle.requeue import requeue, requeue_all
from classifier.models import Outfit
from classifier.storage.objects import StorageUnavailable

PAGE_SIZE = 25
# So many take some seconds, well within gunicorn's patience; another click goes on with the rest.
ALL_AT_ONCE = 50_000


@method_decorator(
    [login_required, staff_with("classifier.change_outfit"), never_cache], name="dispatch"
)
class DeadLettersView(View):
    """GET lists them, `?reason=` only those of one; POST queues again.

    Fields: `only`, one outfit; or `outfit`, several times, for those that were ticked; or `all`.
    `reason` is the kind that is being looked at, and with `all` the kind that is meant.
    """

    def get(self, request: SignedInRequest) -> HttpResponse:
        found = kinds()
        reason = request.GET.get("reason", "")
        chosen = next((kind for kind in found if kind.reason == reason), None)
        everything = sum(kind.count for kind in found)
        total = everything if not reason else chosen.count if chosen else 0
        # The counts are there already; the paginator would count anew.
        paginator = Paginator(dead_letters(reason), PAGE_SIZE)
        paginator.count = total
        context = {
            "kinds": found,
            "chosen": chosen,
            "reason": reason,
            "total": total,
            "everything": everything,
            "page": paginator.get_page(request.GET.get("page")),
        }
        return render(request, "staff/dead_letters.html", context)

    def post(self, request: SignedInRequest) -> HttpResponse:
        reason = request.POST.get("reason", "")
        if "all" in request.POST:
            queued = requeue_all(reason, ALL_AT_ONCE)
            if queued == ALL_AT_ONCE:
                messages.info(request, _("There may be more. Press the button again for the rest."))
            return self._done(request, reason, queued)
        ids = request.POST.getlist("only") or request.POST.getlist("outfit")
        try:
            chosen = {uuid.UUID(each) for each in ids}
        except ValueError:
            return HttpResponseBadRequest(_("That isn’t an outfit ID. Reload the page."))
        if not chosen:
            messages.error(request, _("Select photos to try again."))
            return redirect(_address(reason))
        queued = len(requeue(chosen))
        if gone := len(chosen) - queued:
            text = ngettext(
                "%d photo is no longer failed.",
                "%d photos are no longer failed.",
                gone,
            )
            messages.info(request, text % gone)
        return self._done(request, reason, queued)

    def _done(self, request: SignedInRequest, reason: str, queued: int) -> HttpResponse:
        record(Action.STAFF_QUEUED_AGAIN, request=request, reason=reason, count=queued)
        if queued:
            text = ngettext("%d photo is queued again.", "%d photos are queued again.", queued)
            messages.success(request, text % queued)
        return redirect(_address(reason))


@login_required
@staff_with("classifier.delete_outfit")
@require_POST
def delete_dead_letter(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Delete one for ever, its row and its objects; `reason` says where to go back to."""
    try:
        letter = Outfit.objects.filter(pk=outfit_id).only("owner_id").first()
        deleted = discard(outfit_id)
    except StorageUnavailable:
        messages.error(
            request, _("The photo storage isn’t responding. Nothing was deleted. Try again soon.")
        )
    else:
        if letter and deleted:
            subject = letter.owner_id
            record(Action.STAFF_DELETED, request=request, subject=subject, outfit=outfit_id)
            messages.success(request, _("Outfit and photo deleted."))
        else:
            messages.info(request, _("That photo is no longer failed, so it was kept."))
    return redirect(_address(request.POST.get("reason", "")))


def _address(reason: str) -> str:
    query = f"?{urlencode({'reason': reason})}" if reason else ""
    return reverse("dead_letters") + query
