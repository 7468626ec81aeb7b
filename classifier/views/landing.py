"""The landing page: what FASI does, tried at once."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from classifier.trials.service import NotTried
from classifier.uploads.refusals import Refused

SAMPLES = ("suit", "street", "library", "court")
"""Drawn by `python -m drawings`, in static/classifier/samples/."""


def landing(request: HttpRequest, refusal: Refused | NotTried | None = None) -> HttpResponse:
    """The page with the form; `refusal` is what became of the last try."""
    context = {
        "refusal": refusal,
        "samples": {name: f"classifier/samples/{name}.jpg" for name in SAMPLES},
        "trials": settings.FASI_TRIALS,
        "max_bytes": settings.FASI_TRIAL_BYTES,
        "max_pixels": settings.FASI_MAX_PIXELS,
    }
    status = refusal.status if refusal else 200
    answer = render(request, "classifier/landing.html", context, status=status)
    if refusal and refusal.retry_after_s:
        answer["Retry-After"] = str(refusal.retry_after_s)
    return answer
