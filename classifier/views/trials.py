"""`/try/`: a visitor's photo is classified without an account, and can be kept in a new one.

Which trial is theirs stands in a signed cookie and in no address, so nobody else opens it; nothing
of it is in a session, for sessions are rows.
"""

import math
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.files.base import ContentFile, File
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from redis.exceptions import RedisError

from classifier.access import SignedInRequest
from classifier.models import Outfit, Prediction
from classifier.storage.objects import JPEG
from classifier.trials import lane
from classifier.trials.results import card_of, prediction_of
from classifier.trials.service import Away, NotTried, ask_again, begin_trial, keep, replace, want
from classifier.uploads.handler import PHOTO_FIELD, files_of
from classifier.uploads.refusals import Refusal, Refused
from classifier.views.landing import SAMPLES, landing
from classifier.web import client_ip, on_phone

COOKIE = f"{settings.COOKIE_PREFIX}trial"
SALT = "trial"
SAMPLES_FOLDER = Path(__file__).resolve().parents[1] / "static" / "classifier" / "samples"
View = Callable[[HttpRequest], HttpResponse]


def _not_indexed(view: View) -> View:
    def answer(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(answer)


@require_http_methods(["GET", "HEAD", "POST"])
@_not_indexed
def try_page(request: HttpRequest) -> HttpResponse:
    """GET shows the visitor's trial; POST begins one: `photo`, or `sample`, one of SAMPLES."""
    if request.method != "POST":
        return _shown(request)
    if request.user.is_authenticated or not settings.FASI_TRIALS:
        return redirect("home")
    try:
        sample = request.POST.get("sample", "")
        upload = _sample(sample) if sample else _upload(request)
        trial_id = begin_trial(upload, client_ip(request), sample=bool(sample))
    except (Refused, NotTried) as refusal:
        return landing(request, refusal)
    if before := _trial_of(request):
        replace(before)
    answer = redirect("try")
    _remember(answer, trial_id)
    return answer


@require_safe
@_not_indexed
def try_state(request: HttpRequest) -> HttpResponse:
    """The part of the page that asks again until the model has answered.

    Also while Valkey is away: HTMX shows no answer with an error's status, and would ask no more.
    """
    try:
        context = _context(request)
    except RedisError:
        context = {"away": True}
    return render(request, "classifier/_trial_state.html", context)


@require_safe
@_not_indexed
def try_photo(request: HttpRequest) -> HttpResponse:
    """The visitor's photo, from memory."""
    return _jpeg(lane.photo, request)


@require_safe
@_not_indexed
def try_card(request: HttpRequest) -> HttpResponse:
    """The result as a picture to save."""
    answer = _jpeg(card_of, request)
    answer["Content-Disposition"] = 'attachment; filename="my-style.jpg"'
    return answer


@require_POST
@_not_indexed
def ask_again_for_trial(request: HttpRequest) -> HttpResponse:
    """Let the visitor's photo wait once more, where no worker came to it."""
    trial_id = _trial_of(request)
    if trial_id is None:
        return redirect("try")
    try:
        ask_again(trial_id, client_ip(request))
    except (Refused, NotTried) as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("try")


@require_http_methods(["GET", "HEAD", "POST"])
@_not_indexed
def try_keep(request: HttpRequest) -> HttpResponse:
    """Make the visitor's photo the first of their account.

    POST says that they want it, which gives it more time, and without an account leads to signing
    up, which leads back to GET: that takes the photo only where the cookie says that it was wanted.
    """
    trial_id, wanted = _cookie(request)
    if trial_id is None:
        return _over(request)
    if request.method == "POST":
        return _wanted(request, trial_id)
    if request.user.is_authenticated:
        return _keep(request, trial_id) if wanted else redirect("home")
    return redirect("try")


def _wanted(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    try:
        left_s = want(trial_id)
    except NotTried as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("try")
    if not left_s:
        return _over(request)
    if request.user.is_authenticated:
        return _keep(request, trial_id)
    text = _("Sign up or sign in within %d minutes to keep your photo.")
    messages.info(request, text % (left_s // 60))
    answer = redirect(f"{reverse('account_signup')}?{urlencode({'next': reverse('try_keep')})}")
    _remember(answer, trial_id, wanted=True)
    return answer


def _keep(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    owner = cast(SignedInRequest, request).user
    try:
        zone = timezone.get_current_timezone()
        source = Outfit.Source.PHONE if on_phone(request) else Outfit.Source.SITE
        accepted = keep(trial_id, owner.pk, client_ip(request), zone, source)
    except (Refused, NotTried) as refusal:
        messages.error(request, str(refusal.sentence))
        answer = redirect("try")  # where it still is, with the button
        _remember(answer, trial_id)  # no longer as wanted, or the front page would lead here again
        return answer
    if accepted is None:
        return _over(request)
    messages.success(request, _("Your photo is now in your account."))
    return _forgotten(redirect(accepted.outfit))


def wants_to_keep(request: HttpRequest) -> bool:
    """Whether a visitor asked to keep their photo, and now may have an account to keep it in."""
    return _cookie(request)[1]


def _over(request: HttpRequest) -> HttpResponse:
    longest = lane.longest_s() if wants_to_keep(request) else settings.FASI_TRIAL_S
    text = _(
        "That photo is gone. Without an account, we keep photos for %d minutes at most. Choose it "
        "again."
    )
    messages.info(request, text % (longest // 60))
    return _forgotten(redirect("home"))


def _forgotten(answer: HttpResponse) -> HttpResponse:
    answer.delete_cookie(COOKIE)
    return answer


def _shown(request: HttpRequest) -> HttpResponse:
    if COOKIE not in request.COOKIES:
        return redirect("home")
    try:
        context = _context(request)
    except RedisError:
        answer = render(request, "classifier/trial.html", {"away": True}, status=Away.status)
        answer["Retry-After"] = str(Away.retry_after_s)
        return answer
    if context["trial"] is None:
        return _over(request)
    return render(request, "classifier/trial.html", context)


def _context(request: HttpRequest) -> dict[str, Any]:
    """What the page shows. Raises RedisError."""
    trial_id = _trial_of(request)
    trial = lane.look(trial_id) if trial_id else None
    prediction = prediction_of(trial.said) if trial and trial.said else None
    worn = prediction is not None and prediction.kind == Prediction.Kind.OUTFIT
    return {
        "trial": trial,
        "prediction": prediction,
        "style": prediction.top_style if prediction and worn else None,
        "top": prediction.top if prediction else (),
        "minutes": math.ceil((trial.left_s if trial else settings.FASI_TRIAL_S) / 60),
    }


def _jpeg(find: Callable[[uuid.UUID], bytes | None], request: HttpRequest) -> HttpResponse:
    trial_id = _trial_of(request)
    try:
        data = find(trial_id) if trial_id else None
    except RedisError:
        return HttpResponse(str(Away.sentence), status=Away.status)
    if data is None:
        raise Http404("no such trial")
    return HttpResponse(data, content_type=JPEG)


def _sample(name: str) -> File[bytes]:
    if name not in SAMPLES:
        raise Refused(Refusal.NO_FILE)
    return ContentFile((SAMPLES_FOLDER / f"{name}.jpg").read_bytes(), name=f"{name}.jpg")


def _upload(request: HttpRequest) -> File[bytes]:
    uploads = files_of(request, PHOTO_FIELD)
    if not uploads:
        raise Refused(Refusal.NO_FILE)
    return uploads[0]


def _remember(answer: HttpResponse, trial_id: uuid.UUID, *, wanted: bool = False) -> None:
    answer.set_cookie(
        COOKIE,
        signing.dumps({"trial": str(trial_id), "wanted": wanted}, salt=SALT),
        max_age=lane.longest_s(),  # the trial itself may end before
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _trial_of(request: HttpRequest) -> uuid.UUID | None:
    return _cookie(request)[0]


def _cookie(request: HttpRequest) -> tuple[uuid.UUID | None, bool]:
    """The visitor's trial, and whether they asked for it to be kept."""
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=lane.longest_s())
        return uuid.UUID(said["trial"]), bool(said["wanted"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None, False
