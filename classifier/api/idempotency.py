"""The header Idempotency-Key: makes an operation that creates something safe to send again."""

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from ninja import Header, Schema, Status

from classifier.api.auth import ApiRequest
from classifier.api.problems import Code, Problem, problem, refusal
from classifier.integrations import idempotency
from classifier.integrations.idempotency import Answer
from classifier.uploads.handler import check_number_of_files
from classifier.uploads.refusals import Refused

JSON = "application/json"
REPLAYED = "Idempotency-Replayed"
# Answers that the same request would get again. The others (a spent quota, a store that is away)
# may go well the next time, so their key stays free.
LASTING = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of yours. The same request with the same key is done once; for 24 "
        "hours it gets the same answer.",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
    ),
]

Operation = Callable[..., Status[Any]]


def idempotent(operation: Operation) -> Callable[..., HttpResponse]:
    """Answer a request that came before with what it was answered then.

    The operation takes `idempotency_key` and returns a `Status` with a schema.
    """

    @wraps(operation)
    def answered(request: ApiRequest, *args: Any, **values: Any) -> HttpResponse:
        key, owner_id = values.get("idempotency_key"), request.auth.owner_id
        if not key:
            return _response(_run(operation, request, *args, **values))
        try:
            before = idempotency.begin(owner_id, key, _fingerprint(request))
        except idempotency.OtherRequest as error:
            raise problem(Code.KEY_REUSED) from error
        except idempotency.UnderWay as error:
            raise problem(Code.IN_PROGRESS, headers={"Retry-After": "1"}) from error
        if before:
            replayed = _response(before)
            replayed[REPLAYED] = "true"
            return replayed
        try:
            answer = _run(operation, request, *args, **values)
        except BaseException:
            idempotency.abandon(owner_id, key)
            raise
        if answer.status < HTTPStatus.BAD_REQUEST or answer.status in LASTING:
            idempotency.finish(owner_id, key, answer)
        else:
            idempotency.abandon(owner_id, key)
        return _response(answer)

    return answered


def _run(operation: Operation, *args: Any, **values: Any) -> Answer:
    """The operation's answer as it goes out; an expected refusal is an answer too."""
    try:
        done = operation(*args, **values)
    except (Problem, Refused) as error:
        answer = (error if isinstance(error, Problem) else refusal(error)).response
        if answer.status_code not in LASTING:
            raise
        return Answer(answer.status_code, answer["Content-Type"], answer.content.decode())
    body: Schema = done.value
    return Answer(done.status_code, JSON, body.model_dump_json())


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def _fingerprint(request: ApiRequest) -> str:
    """What was asked: a form by its fields and files, since boundaries differ between two tries."""
    digest = hashlib.sha256()

    def add(*parts: str | bytes) -> None:
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "big") + data)

    add(request.method or "", request.get_full_path())
    if request.content_type == "multipart/form-data":
        check_number_of_files(request)  # of too many, not all are there to be read
        for name, values in request.POST.lists():
            add(name, *values)
        for name, files in request.FILES.lists():
            for file in files:
                add(name, file.name or "", str(file.size), _sha256(file))
    else:
        add(request.body)
    return digest.hexdigest()


def _sha256(file: UploadedFile[bytes]) -> bytes:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()
