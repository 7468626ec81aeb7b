"""Pages of outfits: upload, history, one outfit and its state, delete."""

import uuid
from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest, access_outfit
from classifier.catalogue import style_of
from classifier.history.answers import in_words
from classifier.history.days import change_day
from classifier.history.diary import worn_days
from classifier.lifecycle.dead_letters import owner_may_try_again
from classifier.lifecycle.failures import FailureMessage, failure_message
from classifier.lifecycle.noticing import notice_seen
from classifier.lifecycle.requeue import requeue
from classifier.lifecycle.waiting import answer_later
from classifier.models import Outfit, Review
from classifier.uploads.accept import Accepted, accept_photo, display_name
from classifier.uploads.handler import files_of
from classifier.uploads.quota import count_upload
from classifier.uploads.refusals import Refusal, Refused
from classifier.views.bin import throw_away_and_tell
from classifier.views.diary import palette_waits
from classifier.views.history import history
from classifier.views.home import upload_page
from classifier.web import client_ip, on_phone, wants_json
from classifier.wording.particles import particles

PAGE_WAITS_S = 10


class OutfitsView(LoginRequiredMixin, View):
    """`/outfits/`: GET is the history, POST uploads one or several photos.

    Fields: `photo`, `wardrobe` where only its styles are asked for, and with a single photo
    `taken`: its day, YYYY-MM-DD, where the browser made it smaller and so without its own. A script
    that sends one photo and asks for JSON gets the outfit's addresses (202), or reason and
    sentence.
    """

    def get(self, request: SignedInRequest) -> HttpResponse:
        return history(request)

    def post(self, request: SignedInRequest) -> HttpResponse:
        accepted: list[Accepted] = []
        refused: list[tuple[str, Refused]] = []
        try:
            uploads = files_of(request, "photo")
        except Refused as refusal:
            uploads = []
            refused.append(("", refusal))
        wardrobe = request.POST.get("wardrobe", "")
        ip_address = client_ip(request)
        source = Outfit.Source.PHONE if on_phone(request) else Outfit.Source.SITE
        for upload in uploads:
            try:
                accepted.append(
                    accept_photo(
                        request.user.id,
                        upload,
                        ip_address=ip_address,
                        wardrobe=wardrobe,
                        source=source,
                        day=_taken(request, len(uploads)),
                        zone=timezone.get_current_timezone(),
                    )
                )
            except Refused as refusal:
                refused.append((display_name(upload.name or ""), refusal))
        if not uploads and not refused:
            refused.append(("", Refused(Refusal.NO_FILE)))
        if wants_json(request):
            return _told(accepted, refused)
        if not accepted:
            return upload_page(request, refused)
        if len(uploads) == 1:
            return self._to_outfit(request, accepted[0])
        return self._to_history(request, accepted, refused)

    def _to_outfit(self, request: SignedInRequest, accepted: Accepted) -> HttpResponse:
        if accepted.seen_before:
            messages.info(request, _("You’ve already uploaded this photo. Here it is."))
        return redirect(accepted.outfit)

    def _to_history(
        self, request: SignedInRequest, accepted: list[Accepted], refused: list[tuple[str, Refused]]
    ) -> HttpResponse:
        for name, refusal in refused:
            messages.error(request, f"{name}: {refusal.sentence}")
        new = sum(not each.seen_before for each in accepted)
        known = len(accepted) - new
        if new:
            text = ngettext("%d photo uploaded.", "%d photos uploaded.", new)
            messages.success(request, text % new)
        if known:
            text = ngettext("%d photo was already here.", "%d photos were already here.", known)
            messages.info(request, text % known)
        return redirect("outfits")


@login_required
@require_safe
@never_cache
def outfit_page(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """One outfit: its photo, and its styles or how far it is."""
    outfit = access_outfit(request.user, outfit_id)
    notice_seen(request.user.id, [outfit])
    worn = worn_days([outfit]).get(outfit.pk, [])
    return render(request, "classifier/outfit.html", {**_state(outfit), "worn": worn})


@login_required
@require_safe
@never_cache
def outfit_state(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The part of the page that asks again while the outfit waits; or JSON for a script.

    With `wait` in the query the answer comes when there is news, and after some seconds at last.
    """
    outfit = access_outfit(request.user, outfit_id)
    if not outfit.finished and "wait" in request.GET:
        later = answer_later(outfit_id, PAGE_WAITS_S, request.path)
        if later:
            return later
    notice_seen(request.user.id, [outfit])
    state = _state(outfit)
    if not wants_json(request):
        return render(request, "classifier/_outfit_answer.html", state)
    failure = state["failure"]
    answer = {
        "status": outfit.status,
        "style": in_words(outfit) if outfit.status == Outfit.Status.DONE else "",
        "certainty": outfit.get_certainty_display(),
        "sure": outfit.certainty != Outfit.Certainty.UNSURE,
        "sentence": str(failure.sentence) if isinstance(failure, FailureMessage) else "",
        "ask_again_ms": state["ask_again_ms"],
    }
    return JsonResponse(answer)


def _taken(request: HttpRequest, photos: int) -> date | None:
    try:
        return date.fromisoformat(request.POST.get("taken", "")) if photos == 1 else None
    except ValueError:
        return None


def _told(accepted: list[Accepted], refused: list[tuple[str, Refused]]) -> JsonResponse:
    if not accepted:
        refusal = refused[0][1]
        answer = {
            "reason": refusal.reason,
            "sentence": refusal.sentence,
            "retry_after_s": refusal.retry_after_s,
        }
        return JsonResponse(answer, status=refusal.status)
    outfit = accepted[0].outfit
    return JsonResponse(
        {
            "id": str(outfit.pk),
            "url": outfit.get_absolute_url(),
            "state_url": reverse("outfit_state", args=[outfit.pk]),
            "thumb_url": reverse("outfit_thumb", args=[outfit.pk]),
            "seen_before": accepted[0].seen_before,
        },
        status=202,
    )


def _state(outfit: Outfit) -> dict[str, object]:
    waited_s = (timezone.now() - outfit.queued_at).total_seconds()
    failed = outfit.status == Outfit.Status.FAILED
    return {
        "outfit": outfit,
        "title": in_words(outfit) if outfit.status == Outfit.Status.DONE else _("Your outfit"),
        "prediction": outfit.prediction,
        **_styles(outfit),
        "failure": failure_message(outfit.error_code) if failed else None,
        "may_try_again": failed and owner_may_try_again(outfit),
        # Most answers take a fifth of a second; what takes longer is asked for less often.
        "ask_again_ms": 250 if waited_s < 5 else 1000 if waited_s < 60 else 5000,
        "slow": waited_s > 10,
        **palette_waits(outfit),
    }


def _styles(outfit: Outfit) -> dict[str, object]:
    """The best styles of the chosen wardrobe, and its name if the release knows it."""
    prediction = outfit.prediction
    if prediction is None:
        return {}
    taxonomy = prediction.release.styles
    wardrobe = taxonomy.wardrobes.get(outfit.wardrobe)
    worn = taxonomy.ids_in(outfit.wardrobe)
    return {
        "style": style_of(outfit.style) if outfit.style else None,
        "corrected": outfit.certainty == Outfit.Certainty.CORRECTED,
        "confirmed": outfit.certainty == Outfit.Certainty.CONFIRMED,
        "by_owner": Review.objects.filter(
            prediction__outfit=outfit, role=Review.Role.OWNER
        ).exists(),
        "choices": taxonomy.styles,
        "top": [(style, probability) for style, probability in prediction.top if style.id in worn],
        "wardrobe": wardrobe.name(get_language() or "en") if wardrobe else "",
    }


@login_required
@require_POST
def change_outfit_day(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Field `day`: when it was worn, as YYYY-MM-DD."""
    outfit = access_outfit(request.user, outfit_id)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        messages.error(request, _("That isn’t a valid date."))
        return redirect(outfit)
    if change_day(request.user, outfit_id, day):
        text = _("Moved to %(day)s.")
        messages.success(request, particles(text % {"day": date_format(day)}))
    else:
        messages.error(request, _("Choose a day between 1990 and today."))
    return redirect(outfit)


@login_required
@require_POST
def delete_outfit(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Put the outfit into the bin."""
    throw_away_and_tell(request, [access_outfit(request.user, outfit_id)])
    return redirect("outfits")


@login_required
@require_POST
def try_again(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Queue a failed outfit again; it counts as an upload, for it costs as much.

    An outfit that is not failed (any more) is just shown, so that a second click does no harm.
    """
    outfit = access_outfit(request.user, outfit_id)
    if outfit.status != Outfit.Status.FAILED:
        return redirect(outfit)
    if not owner_may_try_again(outfit):
        return _not_tried(request, outfit, HTTPStatus.CONFLICT, _("It has been tried too often."))
    try:
        count_upload(request.user.id, client_ip(request))
    except Refused as refusal:
        return _not_tried(request, outfit, refusal.status, refusal.sentence)
    requeue([outfit.pk], Outfit.Priority.INTERACTIVE)
    return redirect(outfit)


def _not_tried(request: SignedInRequest, outfit: Outfit, status: int, why: str) -> HttpResponse:
    messages.error(request, why)
    return render(request, "classifier/outfit.html", _state(outfit), status=status)
