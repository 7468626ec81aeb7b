"""`/api/v1/uploads`: photos that go straight to the bucket, for large volumes."""

import uuid
from http import HTTPStatus

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from classifier.api.auth import READ, WRITE, ApiRequest
from classifier.api.idempotency import IdempotencyKey, idempotent
from classifier.api.problems import Code, problem
from classifier.api.schemas import NewUploadOut, UploadIn, UploadOut
from classifier.api.serializers import upload_out
from classifier.limits.ledger import LimitReached
from classifier.models import Batch, DirectUpload
from classifier.uploads import direct
from classifier.uploads.accept import display_name
from classifier.web import client_ip

router = Router()


@router.post("", auth=WRITE, response={HTTPStatus.CREATED: NewUploadOut})
@idempotent
def create_upload(
    request: ApiRequest, upload: UploadIn, idempotency_key: IdempotencyKey = None
) -> Status[NewUploadOut]:
    """Get an address and a form with which a photo goes straight to the bucket.

    POST the form's fields to its url as multipart/form-data, then the photo as the last field,
    `file`; then complete the upload here. The bucket refuses a file that is too large; a worker
    checks everything else before anybody sees the photo.
    """
    batch = None
    if upload.batch:
        batch = get_object_or_404(Batch, pk=upload.batch, owner_id=request.auth.owner_id)
    try:
        made, form = direct.begin(
            request.auth.owner_id,
            display_name(upload.name),
            wardrobe=upload.wardrobe,
            batch=batch,
            ip_address=client_ip(request),
        )
    except LimitReached as error:
        most, later = str(error.most), {"Retry-After": "60"}
        raise problem(Code.TOO_MANY_UPLOADS, headers=later, most=most) from error
    shown = upload_out(request, made).model_dump()
    url = request.build_absolute_uri(form.url)
    answer = NewUploadOut(**shown, form_url=url, form_fields=form.fields)
    return Status(HTTPStatus.CREATED, answer)


@router.post("/{uuid:upload_id}/complete", auth=WRITE, response={HTTPStatus.ACCEPTED: UploadOut})
def complete_upload(request: ApiRequest, upload_id: uuid.UUID) -> Status[UploadOut]:
    """Say that the photo is in the bucket; it is checked next."""
    upload = _mine(request, upload_id)
    if not direct.complete(upload):
        raise problem(Code.NOT_OPEN)
    upload.refresh_from_db()
    return Status(HTTPStatus.ACCEPTED, upload_out(request, upload))


@router.get("/{uuid:upload_id}", auth=READ, response=UploadOut)
def get_upload(request: ApiRequest, upload_id: uuid.UUID) -> UploadOut:
    """How far an upload is: once accepted it names its outfit, once refused its problem."""
    return upload_out(request, _mine(request, upload_id))


def _mine(request: ApiRequest, upload_id: uuid.UUID) -> DirectUpload:
    return get_object_or_404(DirectUpload, pk=upload_id, owner_id=request.auth.owner_id)
