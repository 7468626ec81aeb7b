"""What can be done with one result: ask why, correct it, share it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest, access_outfit
from classifier.audit import Action, record
from classifier.history import sharing
from classifier.history.heatmap import heat_png
from classifier.models import Outfit, Prediction, Review
from classifier.models.people import has_confirmed_address
from classifier.reviews import asking
from classifier.reviews.verdicts import UnknownStyle, record_review
from classifier.storage.objects import ObjectMissing, StorageUnavailable

A_DAY = 86_400
Answer = Review.Answer
OF_OWNERS = set(Answer) - {Answer.UNUSABLE}


@login_required
@require_safe
@cache_control(private=True, max_age=A_DAY)
def why_image(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The activation map to lay over the photo; 404 where the prediction has none."""
    prediction = access_outfit(request.user, outfit_id).prediction
    if prediction is None or not prediction.activation_map:
        raise Http404("no activation map")
    return HttpResponse(heat_png(bytes(prediction.activation_map)), content_type="image/png")


@login_required
@require_POST
def correct_outfit(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The owner says what is right: field `style`, or `answer` where it is not a style."""
    outfit = access_outfit(request.user, outfit_id)
    style, answer = request.POST.get("style", ""), request.POST.get("answer", Answer.STYLE)
    if outfit.prediction is None:
        messages.error(request, _("There is no result to correct yet."))
        return redirect(outfit)
    if answer not in OF_OWNERS:
        return HttpResponseBadRequest(_("That answer isn’t in the list."))
    try:
        review = record_review(
            outfit.prediction, request.user.id, Review.Role.OWNER, style, answer=Answer(answer)
        )
    except UnknownStyle:
        messages.error(request, _("The model doesn’t know this style. Choose one from the list."))
        return redirect(outfit)
    messages.success(request, _thanks(review))
    return redirect(outfit)


def _thanks(review: Review) -> str:
    if review.answer == Answer.OUTFIT:
        return _("Thanks. Which style is it?")
    if review.answer == Answer.NOT_AN_OUTFIT:
        return _("Thanks. This photo no longer counts in your chart and profile.")
    if review.answer == Answer.NO_STYLE:
        return _("Thanks. This outfit no longer counts in your chart and profile.")
    if review.verdict == Review.Verdict.RIGHT:
        return _("Thanks for confirming.")
    return _("Corrected. Your history and profile are updated.")


@login_required
@require_POST
def ask_staff(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Ask staff to look at this photo, or with `stop` take that back."""
    outfit = access_outfit(request.user, outfit_id)
    if "stop" in request.POST:
        if asking.stop(outfit):
            record(Action.REVIEW_NOT_ASKED, request=request, outfit=outfit.pk)
        messages.success(
            request, _("Request cancelled. Our staff no longer see this photo for it.")
        )
    elif outfit.status != Outfit.Status.DONE:
        messages.error(request, _("You can ask once the photo is classified."))
    else:
        if asking.ask(outfit):
            record(Action.REVIEW_ASKED, request=request, outfit=outfit.pk)
        messages.success(request, _("We’ve asked our staff. Their answer will appear here."))
    return redirect(outfit)


@login_required
@require_safe
@never_cache
def card_image(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The result as a picture, for its owner; `?download` saves it."""
    return _card(access_outfit(request.user, outfit_id), download="download" in request.GET)


@login_required
@require_POST
def share_outfit(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Make a public link, or with `stop` take it back."""
    outfit = access_outfit(request.user, outfit_id)
    if "stop" in request.POST:
        sharing.stop(outfit)
        record(Action.UNSHARED, request=request, outfit=outfit.pk)
        messages.success(request, _("Sharing stopped. The link no longer works."))
    elif outfit.status != Outfit.Status.DONE:
        messages.error(request, _("You can share this once its style is known."))
    elif outfit.kind != Prediction.Kind.OUTFIT:
        messages.error(request, _("You can’t share a photo without an outfit."))
    elif not has_confirmed_address(request.user.pk):
        messages.error(request, _("Confirm your email address first. Then you can share."))
    else:
        sharing.share(outfit)
        record(Action.SHARED, request=request, outfit=outfit.pk)
    return redirect(outfit)


@require_safe
@never_cache
def shared_page(request: HttpRequest, token: str) -> HttpResponse:
    """What somebody with the link sees: the card, nothing of the owner."""
    answer = render(request, "classifier/shared.html", {"outfit": _shared(token), "token": token})
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
@never_cache
def shared_image(request: HttpRequest, token: str) -> HttpResponse:
    """The card of a shared outfit."""
    outfit = _shared(token)
    return _card(outfit, download=False, language=outfit.share.language)


def _shared(token: str) -> Outfit:
    outfit = sharing.outfit_of(token)
    if outfit is None:
        raise Http404("no such link")
    return outfit


def _card(outfit: Outfit, *, download: bool, language: str = "") -> HttpResponse:
    if outfit.prediction is None or outfit.kind != Prediction.Kind.OUTFIT:
        raise Http404("no card before there is a prediction, and none without an outfit")
    try:
        picture = sharing.card_jpeg(outfit, language)
    except (StorageUnavailable, ObjectMissing):
        return HttpResponse(_("The photo storage isn’t responding. Try again soon."), status=503)
    answer = HttpResponse(picture, content_type="image/jpeg")
    if download:
        name = outfit.style or "mine"
        answer["Content-Disposition"] = f'attachment; filename="outfit-{name}.jpg"'
    return answer
