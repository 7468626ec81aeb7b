"""`/api/v1/outfits`: upload, look, list, correct, delete."""

import uuid
from http import HTTPStatus
from typing import Annotated, Literal

from django.db import transaction
from django.http import HttpResponse
from ninja import Field, FilterLookup, FilterSchema, Query, Router, Status

from classifier.access import access_outfit, outfits_of
from classifier.api.auth import READ, WRITE, ApiRequest
from classifier.api.idempotency import IdempotencyKey, idempotent
from classifier.api.long_polling import wait_until_finished
from classifier.api.paging import Cursor, Limit, page_after
from classifier.api.problems import Code, problem
from classifier.api.schemas import (
    CorrectionIn,
    CorrectionOut,
    Line,
    Moment,
    OutfitChange,
    OutfitOut,
    OutfitPage,
    UploadedOut,
)
from classifier.api.serializers import correction_out, outfit_out, outfits_out
from classifier.api.submit import FORM, submit_photos
from classifier.bin.service import in_bin, remove_for_ever, restore, throw_away
from classifier.catalogue import is_known
from classifier.history.days import change_day
from classifier.history.diary import replace_worn, write
from classifier.lifecycle.noticing import notice_seen
from classifier.lifecycle.waiting import LONGEST_S, answer_later
from classifier.models import Outfit, Prediction, Review
from classifier.reviews.verdicts import UnknownStyle, record_review, take_back

router = Router()


class OutfitFilter(FilterSchema):
    """Which outfits a list shows; what is left out does not filter."""

    status: Annotated[
        Literal["queued", "running", "done", "failed"] | None,
        Field(description="How far it is."),
    ] = None
    style: Annotated[
        Line | None,
        Field(max_length=40, description="The id of the style that it counts as."),
    ] = None
    certainty: Annotated[Outfit.Certainty | None, Field(description="How the style is known.")] = (
        None
    )
    kind: Annotated[Prediction.Kind | None, Field(description="What it counts as.")] = None
    favorite: Annotated[bool | None, Field(description="Favorites, or all others.")] = None
    batch: Annotated[uuid.UUID | None, Field(description="The batch that it belongs to.")] = None
    created_after: Annotated[
        Moment | None, FilterLookup("created__gt"), Field(description="Later than this.")
    ] = None
    created_before: Annotated[
        Moment | None, FilterLookup("created__lt"), Field(description="Earlier than this.")
    ] = None


@router.post("", auth=WRITE, response={HTTPStatus.ACCEPTED: UploadedOut}, openapi_extra=FORM)
@idempotent
def upload_outfits(
    request: ApiRequest, idempotency_key: IdempotencyKey = None
) -> Status[UploadedOut]:
    """Upload one or several photos; each becomes an outfit that waits to be classified.

    One photo that is refused is answered with its problem. Of several, the good ones are accepted
    and the others carry their problem; only if none is accepted the answer is a problem.
    """
    return submit_photos(request)


@router.get("", auth=READ, response=OutfitPage)
def list_outfits(
    request: ApiRequest,
    filters: Query[OutfitFilter],
    cursor: Cursor = "",
    limit: Limit = 50,
) -> OutfitPage:
    """Your outfits, newest first. `next` is the address of the page after this one."""
    if filters.style is not None and not is_known(filters.style):
        raise problem(Code.UNKNOWN_STYLE)
    rows = outfits_of(request.auth.owner)
    page, following = page_after(request, filters.filter(rows), cursor, limit)
    notice_seen(request.auth.owner_id, page)
    return OutfitPage(items=outfits_out(request, page), next=following)


@router.get("/{uuid:outfit_id}", auth=READ, response=OutfitOut)
def get_outfit(
    request: ApiRequest,
    response: HttpResponse,
    outfit_id: uuid.UUID,
    wait: Annotated[
        int,
        Query(
            description="Seconds to wait for the prediction. The answer comes as soon as the "
            "outfit is done or failed, or the time is over: then ask again.",
            ge=0,
            le=LONGEST_S,
        ),
    ] = 0,
) -> OutfitOut | HttpResponse:
    """One outfit with its prediction, once there is one."""
    outfit = access_outfit(request.auth.owner, outfit_id)
    if wait and not outfit.finished:
        if later := answer_later(outfit_id, wait, request.path):
            return later
        wait_until_finished(outfit_id, wait)
        outfit = access_outfit(request.auth.owner, outfit_id)
    if not outfit.finished:
        response["Retry-After"] = "1"
    notice_seen(request.auth.owner_id, [outfit])
    return outfit_out(request, outfit)


@router.patch("/{uuid:outfit_id}", auth=WRITE, response=OutfitOut)
def change_outfit(request: ApiRequest, outfit_id: uuid.UUID, change: OutfitChange) -> OutfitOut:
    """Change the day that an outfit counts for, its note, tags, and further days worn.

    Days are between 1990 and today.
    """
    owner = request.auth.owner
    access_outfit(owner, outfit_id)
    with transaction.atomic():  # what is refused changes nothing
        if change.day is not None and not change_day(owner, outfit_id, change.day):
            raise problem(Code.IMPLAUSIBLE_DAY)
        if change.worn is not None and not replace_worn(owner, outfit_id, change.worn):
            raise problem(Code.IMPLAUSIBLE_DAY)
        try:
            write(owner, outfit_id, note=change.note, tags=change.tags, favorite=change.favorite)
        except ValueError as error:  # longer in the form that is kept than it was sent
            raise problem(
                Code.INVALID, extra={"errors": [{"where": "body.tags", "what": str(error)}]}
            ) from error
    return outfit_out(request, access_outfit(owner, outfit_id))


@router.put("/{uuid:outfit_id}/correction", auth=WRITE, response=CorrectionOut)
def correct_outfit(
    request: ApiRequest, outfit_id: uuid.UUID, correction: CorrectionIn
) -> CorrectionOut:
    """Say what is right: a style, that it is none of them, an outfit after all, or no outfit.

    Naming the predicted style confirms it; a second verdict replaces the first.
    """
    prediction = access_outfit(request.auth.owner, outfit_id).prediction
    if prediction is None:
        raise problem(Code.NOT_CLASSIFIED)
    try:
        review = record_review(
            prediction,
            request.auth.owner_id,
            Review.Role.OWNER,
            correction.style,
            correction.note,
            answer=Review.Answer(correction.answer),
        )
    except UnknownStyle as error:
        raise problem(Code.UNKNOWN_STYLE) from error
    return correction_out(review)


@router.delete("/{uuid:outfit_id}/correction", auth=WRITE, response={HTTPStatus.NO_CONTENT: None})
def delete_correction(request: ApiRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Take your verdict back: the outfit counts as predicted again, or as staff said.

    Without one nothing changes.
    """
    access_outfit(request.auth.owner, outfit_id)
    take_back(outfit_id, request.auth.owner_id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@router.delete("/{uuid:outfit_id}", auth=WRITE, response={HTTPStatus.NO_CONTENT: None})
def delete_outfit(
    request: ApiRequest,
    outfit_id: uuid.UUID,
    forever: Annotated[
        bool,
        Query(description="Delete it permanently right away, even if it’s already in the bin."),
    ] = False,
) -> HttpResponse:
    """Move the outfit to the bin. It can be restored until it is deleted there after some weeks.

    While it is in the bin, nothing else shows it, but it counts toward your storage.
    """
    owner_id = request.auth.owner_id
    if not forever or not in_bin(owner_id).filter(pk=outfit_id).exists():
        access_outfit(request.auth.owner, outfit_id)
        throw_away(owner_id, [outfit_id])
    if forever:
        remove_for_ever(owner_id, [outfit_id])
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@router.post("/{uuid:outfit_id}/restore", auth=WRITE, response=OutfitOut)
def restore_outfit(request: ApiRequest, outfit_id: uuid.UUID) -> OutfitOut:
    """Restore the outfit from the bin. One that isn’t in the bin is returned unchanged."""
    restore(request.auth.owner_id, [outfit_id])
    return outfit_out(request, access_outfit(request.auth.owner, outfit_id))
