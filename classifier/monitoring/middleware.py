"""What all requests share: an id in log lines and answers, counts, and signing in again."""

import re
import time
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from classifier.monitoring.metrics import REQUEST, REQUESTS

GetResponse = Callable[[HttpRequest], HttpResponse]


def observed(get_response: GetResponse) -> GetResponse:
    """Middleware: bind `request` to all log lines, answer with `X-Request-ID`, count and time."""

    def answer(request: HttpRequest) -> HttpResponse:
        request_id = _given_id(request) or uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = get_response(request)
        match = request.resolver_match
        # The view's name, never the path: its values are unbounded.
        view = (match.view_name if match else "") or "other"
        REQUESTS.labels(view, str(response.status_code)).inc()
        REQUEST.labels(view).observe(time.perf_counter() - started)
        response["X-Request-ID"] = request_id
        return response

    return answer


def _given_id(request: HttpRequest) -> str:
    """What nginx calls the request, so that its log and ours tell of the same one."""
    given = request.headers.get("X-Request-ID", "") if settings.BEHIND_NGINX else ""
    return given if re.fullmatch("[0-9a-f]{32}", given) else ""


def whole_page_sign_in(get_response: GetResponse) -> GetResponse:
    """Middleware: a part of a page whose session is over sends the whole page to sign in.

    htmx would follow the redirect and put the form where the part was.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        location = response.get("Location", "")
        part = "HX-Request" in request.headers
        if not part or not location.startswith(reverse("account_login")):
            return response
        try:
            page = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        except ValueError:  # such as http://[::1/
            page = "/"
        sign_in = f"{reverse('account_login')}?{urlencode({'next': page})}"
        return HttpResponse(headers={"HX-Redirect": sign_in})

    return answer
