"""Another provider's accounts: when its server is away, that is said and no error of ours."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


def provider_away(get_response: GetResponse) -> GetResponse:
    """Middleware: answer 503 where the provider does not answer, or answers nonsense."""

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        from requests import RequestException  # only who signs in that way has it loaded

        if not isinstance(error, RequestException):
            return None
        log.warning("oidc_provider_away", error=str(error))
        return render(request, "socialaccount/authentication_error.html", status=503)

    answer.process_exception = process_exception  # type: ignore[attr-defined]
    return answer
