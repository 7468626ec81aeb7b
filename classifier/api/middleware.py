"""What holds for every answer below /api/: errors are problem documents, nothing is cached."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from classifier.api.problems import MEDIA_TYPE, for_status

PREFIX = "/api/"
# Of the answer that is replaced, what still says something about the new one.
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


class ApiMiddleware:
    """The outermost middleware: it sees the errors of all others, of the resolver and of Django.

    Also adds what is left of the token's rate limit, and answers HEAD as GET without its body
    (RFC 9110, section 9.3.2), which the router knows nothing of.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self.get_response(request)
        if request.method == "HEAD":
            request.method = "GET"
            response = self._answer(request)
            request.method = "HEAD"
            response["Content-Length"] = str(len(response.content))
            response.content = b""
            return response
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 400 and response.headers.get("Content-Type") != MEDIA_TYPE:
            problem = for_status(response.status_code)
            problem.headers = {
                name: response[name] for name in KEPT_HEADERS if response.has_header(name)
            }
            response = problem.response
        if hasattr(request, "allowance"):
            response.headers.setdefault("Cache-Control", "private, no-store")
            if request.allowance:
                for name, value in request.allowance.headers.items():
                    response.headers.setdefault(name, value)
        return response
