"""The API put together: its routers, and what becomes of exceptions."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.types import DictStrAny

from classifier.api import (
    batches,
    catalogue,
    classify,
    for_you,
    outfits,
    problem_types,
    profile,
    releases,
    styles,
    uploads,
    webhooks,
)
from classifier.api.openapi import Api
from classifier.api.problems import Code, Problem, for_status, problem, refusal
from classifier.storage.objects import StorageUnavailable
from classifier.trials.service import NotTried
from classifier.uploads.refusals import Refusal, Refused

JSON = "application/json"
DESCRIPTION = """\
Upload photos of outfits and read their styles.

Send a token with each request: `Authorization: Bearer fasi_...`. Make one at
[/account/tokens/](/account/tokens/). Errors are problem documents (RFC 9457) with a stable `code`.
"""


class NotJson(Exception):
    """A body of another kind came where JSON is expected."""


class JsonParser(Parser):
    """Takes JSON only where the request says that it sends JSON."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        if request.content_type != JSON:
            raise NotJson
        return super().parse_body(request)


api = Api(
    title="FASI",
    version="1",
    description=DESCRIPTION,
    docs_url="/docs",
    openapi_url="/v1/openapi.json",
    parser=JsonParser(),
    urls_namespace="api",
)
for prefix, router in (
    ("outfits", outfits.router),
    ("batches", batches.router),
    ("profile", profile.router),
    ("styles", styles.router),
    ("releases", releases.router),
    ("catalogue", catalogue.router),
    ("for-you", for_you.router),
    ("uploads", uploads.router),
    ("webhooks", webhooks.router),
    ("classify", classify.router),
    ("problems", problem_types.router),
):
    api.add_router(f"/v1/{prefix}", router, tags=[prefix])


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return error.response


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return refusal(error).response


@api.exception_handler(NotTried)
def _not_tried(request: HttpRequest, error: NotTried) -> HttpResponse:
    return refusal(error).response


@api.exception_handler(StorageUnavailable)
def _storage(request: HttpRequest, error: StorageUnavailable) -> HttpResponse:
    return refusal(Refused(Refusal.STORAGE_UNAVAILABLE)).response


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(Code.NOT_FOUND).response


@api.exception_handler(AuthenticationError)
def _no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    challenge = {"WWW-Authenticate": 'Bearer realm="fasi"'}
    return problem(Code.UNAUTHENTICATED, headers=challenge).response


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, NotJson):
        return problem(Code.MEDIA_TYPE, expected=JSON).response
    return for_status(error.status_code).response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"where": ".".join(map(str, each["loc"])), "what": each["msg"]} for each in error.errors
    ]
    return problem(Code.INVALID, extra={"errors": errors}).response


@api.exception_handler(Exception)
def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    raise error  # Django logs it and answers 500, which the middleware turns into a problem
