"""`/account/activity/`: what was done with somebody's account and photos, by them and by staff."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest
from classifier.audit.activity import activity_of


@login_required
@require_safe
@never_cache
def activity_page(request: SignedInRequest) -> HttpResponse:
    """The newest first."""
    context = {"lines": activity_of(request.user), "days": settings.FASI_AUDIT_DAYS}
    return render(request, "classifier/activity.html", context)
