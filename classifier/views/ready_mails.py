"""Have a mail sent when a batch is done, or an export ready."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from classifier.access import SignedInRequest, access_batch
from classifier.models import Batch, Export
from classifier.ready_mails import want_mail, want_no_mail


@login_required
@require_POST
def mail_of_batch(request: SignedInRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Field `wanted`: 1 or 0."""
    batch = access_batch(request.user, batch_id)
    _choose(request, batch)
    return redirect(batch)


@login_required
@require_POST
def mail_of_export(request: SignedInRequest) -> HttpResponse:
    """Field `wanted`: 1 or 0."""
    _choose(request, get_object_or_404(Export, owner=request.user))
    return redirect("data")


def _choose(request: SignedInRequest, of: Batch | Export) -> None:
    if request.POST.get("wanted") != "1":
        want_no_mail(request.user, of)
    elif not want_mail(request.user, of):
        messages.error(request, _("Confirm your email address first."))
