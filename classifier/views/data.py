"""`/account/data/`: take your data with you, say what it may be used for, erase the account."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest
from classifier.accounts.notices import Notice, tell_owner
from classifier.accounts.proof import proof_required, require_proof
from classifier.audit import Action, record
from classifier.bin.service import in_bin
from classifier.history.time_zones import choose_zone
from classifier.limits.ledger import LimitReached
from classifier.models import Consent, Export, Preferences, Purpose
from classifier.personal_data.consents import record_consent
from classifier.personal_data.erasure import close_account
from classifier.personal_data.exports import request_export
from classifier.personalization.switch import adapts_to, choose_adapting
from classifier.ready_mails import mail_choice
from classifier.storage.delivery import stored
from classifier.storage.objects import ZIP, ObjectMissing, StorageUnavailable
from classifier.values.zones import zone_names


@login_required
@require_safe
@never_cache
def data_page(request: SignedInRequest) -> HttpResponse:
    """The export, the consent, and the end."""
    return _data_page(request)


def _data_page(request: SignedInRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    context = {
        **_export(request),
        "outfits": request.user.outfits.count(),
        "binned": in_bin(request.user.pk).count(),
        "consents": Consent.objects.holds(request.user.id),
        "history": _said(request, Purpose.TRAINING),
        "researched": Consent.objects.holds(request.user.id, Purpose.RESEARCH),
        "research_history": _said(request, Purpose.RESEARCH),
        "with_password": request.user.has_usable_password(),
        "wrong": wrong,
        "time_zones": zone_names(),
        "adapts": adapts_to(request.user.id),
        "preferences": Preferences.objects.filter(owner=request.user).first(),
    }
    return render(request, "classifier/data.html", context, status=status)


def _said(request: SignedInRequest, purpose: Purpose) -> QuerySet[Consent]:
    """What the person said for this purpose, newest first."""
    return request.user.consents.filter(purpose=purpose).order_by("-changed", "-pk")


def _export(request: SignedInRequest) -> dict[str, object]:
    export = Export.objects.filter(owner=request.user).first()
    over = export is not None and export.expires is not None and export.expires <= timezone.now()
    if export is None or over:
        return {"export": None}
    return {"export": export, "mail": mail_choice(request.user, export)}


@login_required
@require_safe
@never_cache
def export_state(request: SignedInRequest) -> HttpResponse:
    """The part of the page that asks again while the export is being prepared."""
    return render(request, "classifier/_export.html", _export(request))


@login_required
@require_POST
@proof_required
def prepare_export(request: SignedInRequest) -> HttpResponse:
    """Have an export prepared; one that is on its way goes on."""
    try:
        request_export(request.user.id)
        record(Action.EXPORT_REQUESTED, request=request)
        tell_owner(request.user, Notice.EXPORT_ASKED)
    except StorageUnavailable:
        messages.error(
            request,
            _("The photo storage isn’t responding, so nothing was started. Try again soon."),
        )
    except LimitReached as error:
        text = _("You’ve reached today’s limit of %(most)s exports. Come back tomorrow.")
        messages.error(request, text % {"most": error.most})
    return redirect("data")


@login_required
@require_safe
@never_cache
@proof_required
def export_file(request: SignedInRequest) -> HttpResponseBase:
    """The file itself."""
    export = Export.objects.filter(
        owner=request.user, status=Export.Status.READY, expires__gt=timezone.now()
    ).first()
    if export is None or export.ready is None:
        messages.info(request, _("This export is no longer available. Create a new one."))
        return redirect("data")
    name = f"fasi-{export.ready:%Y-%m-%d}.zip"
    try:
        answer = stored(export.key, ZIP, download_as=name)
    except ObjectMissing:
        messages.info(request, _("This export is no longer available. Create a new one."))
        return redirect("data")
    record(Action.EXPORT_FETCHED, request=request)
    return answer


@login_required
@require_POST
def change_consent(request: SignedInRequest) -> HttpResponse:
    """Field `given`: 1 or 0; `purpose`: "research", else reviews and training."""
    given = request.POST.get("given") == "1"
    if request.POST.get("purpose") == Purpose.RESEARCH:
        return _change_research(request, given)
    record_consent(request.user.id, given)
    record(Action.CONSENT_CHANGED, request=request, given=given)
    if given:
        messages.success(
            request, _("Thank you. Your reviewed photos can now help train the next model.")
        )
    else:
        messages.success(request, _("Your photos won’t be used for training from now on."))
    return redirect("data")


def _change_research(request: SignedInRequest, given: bool) -> HttpResponse:
    record_consent(request.user.id, given, Purpose.RESEARCH)
    record(Action.RESEARCH_CONSENT_CHANGED, request=request, given=given)
    if given:
        messages.success(
            request, _("Thank you. The next research data set will include your history.")
        )
    else:
        messages.success(request, _("Research data sets won’t include you from now on."))
    return redirect("data")


@login_required
@require_POST
def change_adapting(request: SignedInRequest) -> HttpResponse:
    """Field `adapts`: 1 or 0, whether answers learn from what the person says."""
    adapts = request.POST.get("adapts") == "1"
    choose_adapting(request.user.id, adapts)
    record(Action.ADAPTING_CHANGED, request=request, adapts=adapts)
    if adapts:
        messages.success(request, _("Personal answers are on."))
    else:
        messages.success(request, _("Personal answers are off, and the earlier ones are deleted."))
    return redirect("data")


@login_required
@require_POST
def change_time_zone(request: SignedInRequest) -> HttpResponse:
    """Field `time_zone`: an IANA name, or empty to follow the browser."""
    if choose_zone(request, request.user.id, request.POST.get("time_zone", "")):
        messages.success(request, _("Time zone saved."))
    else:
        messages.error(request, _("Unknown time zone. Choose one from the list."))
    return redirect("data")


@login_required
@require_POST
@sensitive_post_parameters("confirm")
def erase_account(request: SignedInRequest) -> HttpResponse:
    """Field `confirm`: the password, or the name where the account has no password."""
    user = request.user
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        return _data_page(request, _("Too many attempts. Wait a minute."), status=429)
    confirm = request.POST.get("confirm", "")
    if user.has_usable_password():
        if not user.check_password(confirm):
            text = _("Wrong password. Nothing was deleted.")
            return _data_page(request, text, status=422)
    else:
        require_proof(request)
        if confirm != user.get_username():
            return _data_page(request, _("That isn’t your name. Nothing was deleted."), status=422)
    address = user.email
    close_account(user)
    record(Action.ACCOUNT_CLOSED, request=request)
    logout(request)
    tell_owner(user, Notice.ERASED, email=address)
    messages.success(
        request, _("Your account is deleted. Your photos are being removed from our storage.")
    )
    return redirect("home")
