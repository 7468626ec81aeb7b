"""`/api/v1/batches`: many photos submitted together, behind whoever waits for a single one."""

import uuid
from http import HTTPStatus

from django.shortcuts import get_object_or_404
from ninja import Router, Status

from classifier.api.auth import READ, WRITE, ApiRequest
from classifier.api.idempotency import IdempotencyKey, idempotent
from classifier.api.paging import Cursor, Limit, page_after
from classifier.api.schemas import BatchIn, BatchOut, BatchPage, UploadedOut
from classifier.api.serializers import batches_out
from classifier.api.submit import FORM, submit_photos
from classifier.batches.service import cancel
from classifier.batches.unpacking import begin_batch
from classifier.models import Batch

router = Router()


@router.post("", auth=WRITE, response={HTTPStatus.CREATED: BatchOut})
@idempotent
def create_batch(
    request: ApiRequest, batch: BatchIn, idempotency_key: IdempotencyKey = None
) -> Status[BatchOut]:
    """Begin a batch; it has no photos yet."""
    made = begin_batch(request.auth.owner_id, batch.name)
    return Status(HTTPStatus.CREATED, batches_out(request, [made])[0])


@router.get("", auth=READ, response=BatchPage)
def list_batches(request: ApiRequest, cursor: Cursor = "", limit: Limit = 50) -> BatchPage:
    """Your batches, newest first."""
    rows = Batch.objects.filter(owner_id=request.auth.owner_id)
    page, following = page_after(request, rows, cursor, limit)
    return BatchPage(items=batches_out(request, page), next=following)


@router.get("/{uuid:batch_id}", auth=READ, response=BatchOut)
def get_batch(request: ApiRequest, batch_id: uuid.UUID) -> BatchOut:
    """How far a batch is. `/api/v1/outfits?batch=` lists its outfits."""
    return batches_out(request, [_mine(request, batch_id)])[0]


@router.post(
    "/{uuid:batch_id}/outfits",
    auth=WRITE,
    response={HTTPStatus.ACCEPTED: UploadedOut},
    openapi_extra=FORM,
)
@idempotent
def upload_to_batch(
    request: ApiRequest, batch_id: uuid.UUID, idempotency_key: IdempotencyKey = None
) -> Status[UploadedOut]:
    """Add photos to a batch. A photo that you uploaded before stays where it is."""
    return submit_photos(request, _mine(request, batch_id))


@router.post("/{uuid:batch_id}/cancel", auth=WRITE, response=BatchOut)
def cancel_batch(request: ApiRequest, batch_id: uuid.UUID) -> BatchOut:
    """Take no more photos, and classify none that still waits: those are deleted.

    Results that are there stay. A batch that was cancelled before stays as it is.
    """
    batch = _mine(request, batch_id)
    cancel(batch)
    return batches_out(request, [batch])[0]


def _mine(request: ApiRequest, batch_id: uuid.UUID) -> Batch:
    return get_object_or_404(Batch, pk=batch_id, owner_id=request.auth.owner_id)
