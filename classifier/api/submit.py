"""Photos that came by multipart, accepted one by one."""

from http import HTTPStatus

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from ninja import Status

from classifier.api.auth import ApiRequest
from classifier.api.problems import Code, Problem, problem, refusal
from classifier.api.schemas import ProblemOut, SubmittedOut, UploadedOut
from classifier.api.serializers import outfit_url
from classifier.batches.service import add_photo
from classifier.models import Batch, Outfit
from classifier.uploads.accept import accept_photo, display_name
from classifier.uploads.handler import files_of
from classifier.uploads.refusals import Refusal, Refused
from classifier.web import client_ip

MULTIPART = "multipart/form-data"
# What django-ninja cannot say of a form: that `photo` is required, and holds files.
FORM = {
    "requestBody": {
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": settings.FASI_MAX_FILES_PER_REQUEST,
                            "items": {"type": "string", "format": "binary"},
                            "description": "JPEG, PNG, WebP, HEIC or AVIF; may come several times.",
                        },
                        "wardrobe": {
                            "type": "string",
                            "maxLength": 40,
                            "description": "Compare with the styles of this wardrobe alone; "
                            "/api/v1/styles lists them.",
                        },
                    },
                }
            }
        },
        "required": True,
    }
}


FORM_OF_ONE = {
    "requestBody": {
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "properties": {
                        "photo": {
                            "type": "string",
                            "format": "binary",
                            "description": "JPEG, PNG, WebP, HEIC or AVIF.",
                        }
                    },
                }
            }
        },
        "required": True,
    }
}


def submit_photos(request: ApiRequest, batch: Batch | None = None) -> Status[UploadedOut]:
    """Accept the request's photos. Raises Problem where none of them was accepted.

    One photo that is refused is the problem of the whole request; of several, those that are
    refused carry their problem and the others are accepted.
    """
    uploads = photos_of(request)
    wardrobe = request.POST.get("wardrobe", "")
    problems: list[Problem] = []
    items: list[SubmittedOut] = []
    for upload in uploads:
        try:
            items.append(_accepted(request, upload, wardrobe, batch))
        except Refused as refused:
            problems.append(refusal(refused))
            items.append(_refused(upload, problems[-1]))
    if len(problems) == len(uploads) == 1:
        raise problems[0]
    if len(problems) == len(uploads):
        shown = [each.model_dump(mode="json") for each in items]
        raise problem(Code.ALL_REFUSED, extra={"items": shown})
    return Status(HTTPStatus.ACCEPTED, UploadedOut(items=items))


def photos_of(request: ApiRequest) -> list[UploadedFile[bytes]]:
    """The request's photos, at least one. Raises Problem, Refused."""
    if request.content_type != MULTIPART:
        raise problem(Code.MEDIA_TYPE, expected=MULTIPART)
    uploads = files_of(request, "photo")
    if not uploads:
        if other := next(iter(request.FILES), ""):
            raise problem(Code.WRONG_FIELD, field=other[:40])
        raise Refused(Refusal.NO_FILE)
    return uploads


def _accepted(
    request: ApiRequest, upload: UploadedFile[bytes], wardrobe: str, batch: Batch | None
) -> SubmittedOut:
    ip_address = client_ip(request)
    if batch:
        accepted = add_photo(
            batch, upload, ip_address=ip_address, wardrobe=wardrobe, source=Outfit.Source.API
        )
    else:
        owner_id = request.auth.owner_id
        accepted = accept_photo(
            owner_id, upload, ip_address=ip_address, wardrobe=wardrobe, source=Outfit.Source.API
        )
    return SubmittedOut(
        name=display_name(upload.name or ""),
        status=HTTPStatus.ACCEPTED,
        id=accepted.outfit.pk,
        url=outfit_url(request, accepted.outfit),
        seen_before=accepted.seen_before,
        problem=None,
    )


def _refused(upload: UploadedFile[bytes], problem: Problem) -> SubmittedOut:
    return SubmittedOut(
        name=display_name(upload.name or ""),
        status=problem.status,
        id=None,
        url=None,
        seen_before=False,
        problem=ProblemOut(**problem.document),
    )
