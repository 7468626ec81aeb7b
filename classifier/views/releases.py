"""`/staff/releases/`: every release, what it is worth, who serves it; promote and roll back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest, staff_with
from classifier.lifecycle.wakeup import wake_backfill
from classifier.models import Release
from classifier.releases import lifecycle
from classifier.releases.backfills import BackfillRefused, jobs_of, start_shadow
from classifier.releases.queries import detail, releases
from classifier.releases.refusals import ReleaseRefused
from classifier.retraining.queue import latest
from classifier.wording.particles import particles

MAY = staff_with("classifier.change_release")
FIRST_SHARE = 0.1


def _put_in_shadow(release: Release, *, request: HttpRequest | None = None) -> None:
    with transaction.atomic():  # a shadow without a job would predict nothing
        lifecycle.start_shadow(release, request=request)
        start_shadow(release, FIRST_SHARE)
    wake_backfill()


CHANGES = {
    "promote": (lifecycle.promote, gettext_lazy("%(name)s is now active.")),
    "shadow": (_put_in_shadow, gettext_lazy("%(name)s now predicts in shadow.")),
    "retire": (lifecycle.retire, pgettext_lazy("a release", "%(name)s is now retired.")),
}


@login_required
@MAY
@require_safe
@never_cache
def releases_page(request: SignedInRequest) -> HttpResponse:
    """All releases, the newest first, and the button that rolls back."""
    rows = releases()
    active = next((row for row in rows if row.release.status == Release.Status.ACTIVE), None)
    before = lifecycle.before_active(active.release) if active else None
    retraining = next(iter(latest(1)), None)
    context = {"rows": rows, "active": active, "before": before, "retraining": retraining}
    return render(request, "staff/releases.html", context)


@method_decorator([login_required, MAY, never_cache], name="dispatch")
class ReleaseView(View):
    """GET shows one release. POST changes it: `action` is promote, shadow, retire or rollback.

    Rolling back is posted to the release that is to go: where another is active by now, nothing
    happens.
    """

    def get(self, request: SignedInRequest, name: str) -> HttpResponse:
        release = get_object_or_404(Release, name=name)
        may = {
            "promote": release.status in lifecycle.PROMOTED_FROM,
            "shadow": release.status in lifecycle.SHADOWED_FROM,
            "retire": release.status in lifecycle.RETIRED_FROM,
        }
        active = release.status == Release.Status.ACTIVE
        before = lifecycle.before_active(release) if active else None
        jobs = jobs_of(release)
        context = {
            "release": release,
            "detail": detail(release),
            "may": may,
            "before": before,
            "jobs": jobs,
            "working": any(job.kind == job.Kind.BACKFILL and job.pending for job in jobs),
        }
        return render(request, "staff/release.html", context)

    def post(self, request: SignedInRequest, name: str) -> HttpResponse:
        release = get_object_or_404(Release, name=name)
        action = request.POST.get("action", "")
        try:
            if action == "rollback":
                back = lifecycle.roll_back(release.name, request=request)
                text = _("Rolled back: %(name)s is active again.") % {"name": back.name}
            elif action in CHANGES:
                change, said = CHANGES[action]
                change(release, request=request)
                text = str(said) % {"name": release.name}
            else:
                return HttpResponseBadRequest(_("Unknown action. Reload the page."))
        except (ReleaseRefused, BackfillRefused) as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, particles(text))
        return redirect("release", name=release.name)
