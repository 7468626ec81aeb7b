"""`/account/sessions/…`: what allauth's list of sessions does not do, ending one of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classifier.access import SignedInRequest
from classifier.accounts.sessions import end_session
from classifier.audit import Action, record


@login_required
@require_POST
def session_end(request: SignedInRequest, session_id: int) -> HttpResponse:
    """Sign another browser out."""
    if not end_session(request.user.pk, session_id):
        raise Http404("no such session")
    record(Action.SESSIONS_ENDED, request=request, count=1)
    messages.success(request, _("Signed out on that device."))
    return redirect("usersessions_list")
