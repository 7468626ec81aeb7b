"""What a release does in the background, and what it is worth beside the active one; for staff."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest, staff_with
from classifier.audit import Action, record
from classifier.lifecycle.wakeup import wake_backfill
from classifier.models import Backfill, Release
from classifier.releases import backfills
from classifier.releases.backfills import BackfillRefused
from classifier.releases.comparing import agreement_of, comparison_of, disagreements
from classifier.releases.comparison import Rule, judge
from classifier.releases.wording import sentence

MAY = staff_with("classifier.change_release")
GALLERY = 24
CHANGES = {
    "pause": backfills.pause,
    "resume": backfills.resume,
    "cancel": backfills.cancel,
}


@login_required
@MAY
@require_safe
@never_cache
def comparison_page(request: SignedInRequest, name: str) -> HttpResponse:
    """The release beside the active one, and whether to promote it."""
    release = get_object_or_404(Release, name=name)
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    context: dict[str, object] = {"release": release, "active": active}
    if active is not None and active != release:
        comparison, rule = comparison_of(active, release), Rule.from_settings()
        judgement = judge(comparison, rule)
        may_look = request.user.has_perm("classifier.change_prediction")
        context |= {
            "comparison": comparison,
            "rule": rule,
            "judgement": judgement,
            "sentence": sentence(judgement, comparison, rule),
            "sides": [
                (active, comparison.active, comparison.trust_active, comparison.gate_active),
                (
                    release,
                    comparison.candidate,
                    comparison.trust_candidate,
                    comparison.gate_candidate,
                ),
            ],
            "chance": "< 0.0001" if comparison.p < 0.0001 else f"= {comparison.p:.4f}",
            "agreement": agreement_of(active, release),
            "disagreements": disagreements(active, release, GALLERY) if may_look else [],
        }
    return render(request, "staff/release_comparison.html", context)


@login_required
@MAY
@require_POST
def change_backfill(request: SignedInRequest, name: str) -> HttpResponse:
    """Field `action`: start (with `scope`), shadow (with `percent`), pause, resume or cancel.

    The last three say which, by `job`.
    """
    release = get_object_or_404(Release, name=name)
    action = request.POST.get("action", "")
    try:
        if action == "start":
            scope = request.POST.get("scope", Backfill.Scope.ALL)
            if scope not in Backfill.Scope.values:
                return _no_such_thing()
            job = backfills.start_backfill(release, Backfill.Scope(scope))
            messages.success(request, _("It predicts in the background now."))
        elif action == "shadow":
            percent = request.POST.get("percent", "")
            if not (re.fullmatch("[0-9]{1,3}", percent) and 1 <= int(percent) <= 100):
                return _no_such_thing()
            job = backfills.start_shadow(release, int(percent) / 100)
            messages.success(request, _("It predicts that share of new photos now."))
        else:
            return _change(request, release, action)
    except BackfillRefused as refused:
        messages.error(request, str(refused))
        return redirect("release", name=release.name)
    wake_backfill()
    _write_down(request, Action.BACKFILL_STARTED, job, action)
    return redirect("release", name=release.name)


def _change(request: SignedInRequest, release: Release, action: str) -> HttpResponse:
    number = request.POST.get("job", "")
    if action not in CHANGES or not (number.isascii() and number.isdigit() and len(number) < 19):
        return _no_such_thing()
    job = get_object_or_404(Backfill, release=release, pk=int(number))
    if CHANGES[action](job.pk):
        if action == "resume":
            wake_backfill()
        _write_down(request, Action.BACKFILL_CHANGED, job, action)
    else:
        messages.info(request, _("This changed in the meantime, so nothing was done."))
    return redirect("release", name=release.name)


def _write_down(request: SignedInRequest, action: Action, job: Backfill, what: str) -> None:
    record(action, request=request, release=job.release.name, kind=job.kind, what=what)


def _no_such_thing() -> HttpResponse:
    return HttpResponseBadRequest(_("Unknown action. Reload the page."))
