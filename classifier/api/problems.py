"""Errors as problem documents (RFC 9457), with the reason codes that the pages use too."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classifier.lifecycle.failures import Failure, failure_message
from classifier.trials.service import Away, Busy, NotTried
from classifier.uploads.refusals import Refusal, Refused
from classifier.wording.particles import particles

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/api/v1/problems/"


class Code(StrEnum):
    """The reason codes of the API's own errors; those of refused photos are `Refusal`'s."""

    BAD_REQUEST = "bad_request"
    UNAUTHENTICATED = "unauthenticated"
    INVALID_TOKEN = "invalid_token"  # noqa: S105  (no secret)
    FORBIDDEN = "forbidden"
    MISSING_SCOPE = "missing_scope"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_CLASSIFIED = "not_classified"
    IN_PROGRESS = "request_in_progress"
    MEDIA_TYPE = "unsupported_media_type"
    INVALID = "invalid_request"
    UNKNOWN_STYLE = "unknown_style"
    IMPLAUSIBLE_DAY = "implausible_day"
    WRONG_FIELD = "wrong_field"
    KEY_REUSED = "idempotency_key_reused"
    ALL_REFUSED = "all_refused"
    ADDRESS_REFUSED = "address_refused"
    ADDRESS_UNCONFIRMED = "address_unconfirmed"
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    TOO_MANY_UPLOADS = "too_many_uploads"
    NOT_OPEN = "upload_not_open"
    SERVER_ERROR = "server_error"


_ANSWERS: dict[Code, tuple[HTTPStatus, Promise]] = {
    Code.BAD_REQUEST: (HTTPStatus.BAD_REQUEST, _("This request can’t be read.")),
    Code.UNAUTHENTICATED: (
        HTTPStatus.UNAUTHORIZED,
        _("Send a token: `Authorization: Bearer fasi_...`. Create one at /account/tokens/."),
    ),
    Code.INVALID_TOKEN: (
        HTTPStatus.UNAUTHORIZED,
        _("This token is unknown, revoked or expired. Create a new one at /account/tokens/."),
    ),
    Code.FORBIDDEN: (HTTPStatus.FORBIDDEN, _("You don’t have permission to do this.")),
    Code.MISSING_SCOPE: (
        HTTPStatus.FORBIDDEN,
        _("This token doesn’t have the permission that this needs."),
    ),
    Code.NOT_FOUND: (
        HTTPStatus.NOT_FOUND,
        _("There is nothing at this address, or you don’t have access to it."),
    ),
    Code.METHOD_NOT_ALLOWED: (
        HTTPStatus.METHOD_NOT_ALLOWED,
        _("This address doesn’t support this method; see the Allow header for those that it does."),
    ),
    Code.NOT_CLASSIFIED: (
        HTTPStatus.CONFLICT,
        _("This outfit has no prediction yet. Wait until its status is done."),
    ),
    Code.IN_PROGRESS: (
        HTTPStatus.CONFLICT,
        _("A request with this Idempotency-Key is still in progress. Try again in a moment."),
    ),
    Code.MEDIA_TYPE: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("Send this as %(expected)s and set the Content-Type header to match."),
    ),
    Code.INVALID: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Parts of this request are missing or invalid; see `errors`."),
    ),
    Code.UNKNOWN_STYLE: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("The model doesn’t know this style; see /api/v1/styles for the ones it knows."),
    ),
    Code.IMPLAUSIBLE_DAY: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Choose a day between 1990 and today."),
    ),
    Code.WRONG_FIELD: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Send the photo in the field `photo`, not `%(field)s`."),
    ),
    Code.KEY_REUSED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("This Idempotency-Key was used with a different request. Use a new key."),
    ),
    Code.ALL_REFUSED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("None of these photos was accepted; see `items` for the reasons."),
    ),
    Code.ADDRESS_REFUSED: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("Webhooks can’t use this address."),
    ),
    Code.ADDRESS_UNCONFIRMED: (
        HTTPStatus.FORBIDDEN,
        _("Confirm your email address first."),
    ),
    Code.TOO_MANY_WEBHOOKS: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("You have %(most)s webhooks, which is the limit. Delete one you no longer need."),
    ),
    Code.TOO_MANY_UPLOADS: (
        HTTPStatus.TOO_MANY_REQUESTS,
        _("You have %(most)s open uploads, which is the limit. Complete some first."),
    ),
    Code.NOT_OPEN: (
        HTTPStatus.CONFLICT,
        _("This upload is already complete or has expired."),
    ),
    Code.SERVER_ERROR: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong on our side. Try again in a minute."),
    ),
}
# What an answer that names no reason means.
_BY_STATUS: dict[int, Code] = {
    HTTPStatus.UNAUTHORIZED: Code.UNAUTHENTICATED,
    HTTPStatus.FORBIDDEN: Code.FORBIDDEN,
    HTTPStatus.NOT_FOUND: Code.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: Code.METHOD_NOT_ALLOWED,
    HTTPStatus.UNPROCESSABLE_ENTITY: Code.INVALID,
}


@dataclass
class Problem(Exception):
    """This request is answered with a problem document.

    `extra` are further members of the document, `headers` of the answer.
    """

    code: str
    status: int
    detail: str
    headers: Mapping[str, str] | None = None
    extra: Mapping[str, Any] | None = None

    @property
    def document(self) -> dict[str, Any]:
        return {
            "type": TYPE_PREFIX + self.code,
            "title": title(self.code),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **(self.extra or {}),
        }

    @property
    def response(self) -> HttpResponse:
        return HttpResponse(
            json.dumps(self.document),
            status=self.status,
            content_type=MEDIA_TYPE,
            headers=dict(self.headers or {}),
        )


def problem(
    code: Code,
    *,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
    **named: str,
) -> Problem:
    """A problem of the API's own; `named` goes into its sentence."""
    status, sentence = _ANSWERS[code]
    return Problem(code, int(status), particles(str(sentence) % named), headers, extra)


def refusal(refused: Refused | NotTried) -> Problem:
    """What became of a refused photo."""
    wait = {"Retry-After": str(refused.retry_after_s)} if refused.retry_after_s else {}
    return Problem(refused.reason, int(refused.status), str(refused.sentence), wait)


def for_status(status: int) -> Problem:
    """The problem that an answer with this status and no more words is."""
    if code := _BY_STATUS.get(status):
        return problem(code)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        found = problem(Code.BAD_REQUEST)
        found.status = status
        return found
    return problem(Code.SERVER_ERROR)


def for_reason(reason: str) -> Problem:
    """The problem with this reason code, of a photo that was refused later, by a worker."""
    if reason in Refusal.__members__.values():
        return refusal(Refused(Refusal(reason)))
    return Problem(reason, HTTPStatus.UNPROCESSABLE_ENTITY, str(failure_message(reason).sentence))


def title(code: str) -> str:
    """`too_many_pixels` -> `Too many pixels`: the same for every occurrence, as RFC 9457 wants."""
    return code.replace("_", " ").capitalize()


def statuses() -> dict[str, int]:
    """Every reason code with its status."""
    failures = {each.value: int(HTTPStatus.UNPROCESSABLE_ENTITY) for each in Failure}
    own = {code.value: int(status) for code, (status, _sentence) in _ANSWERS.items()}
    tried = {each.reason: int(each.status) for each in (Busy, Away)}
    return failures | own | tried | {each.value: Refused(each).status for each in Refusal}
