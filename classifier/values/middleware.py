"""Requests to pages whose text the database could not hold are answered 400, whatever the page.

The API is typed itself, says which of its parameters is wrong, and reads no body before it knows
whose it is; only its cookies are looked at, for middlewares read the session behind every address.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

from classifier.values.text import is_text

GetResponse = Callable[[HttpRequest], HttpResponse]
API = "/api/"


def readable_request(get_response: GetResponse) -> GetResponse:
    """Middleware: the path, the query and the cookies are text. Nobody read the session before."""

    def answer(request: HttpRequest) -> HttpResponse:
        _check(request.COOKIES.values())
        if not request.path_info.startswith(API):
            _check([request.path_info])
            _check_fields(request.GET)
        return get_response(request)

    return answer


class ReadableForm:
    """Middleware: so are the fields of a form. Stands behind the check of its CSRF token."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Look at the fields, which the check of the token has read already."""
        if request.method == "POST" and not request.path_info.startswith(API):
            _check_fields(request.POST)


def _check_fields(fields: QueryDict) -> None:
    _check(chain(fields, *dict(fields.lists()).values()))
    try:
        urlsplit(fields.get(REDIRECT_FIELD_NAME, ""))  # allauth reads it without a net
    except ValueError as error:  # such as http://[::1/
        raise BadRequest("no address to go on to") from error


def _check(values: Iterable[str]) -> None:
    if not all(map(is_text, values)):
        raise BadRequest("a control character where text is expected")
