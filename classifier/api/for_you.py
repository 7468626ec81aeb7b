"""`/api/v1/for-you`: suggestions of the catalogue, and what one says of them."""

import uuid
from http import HTTPStatus
from typing import Annotated

from django.http import HttpResponse
from ninja import Query, Router

from classifier.access import ticketed
from classifier.api.auth import READ, WRITE, ApiRequest
from classifier.api.problems import Code, problem, refusal
from classifier.api.schemas import OpinionIn, SuggestionOut, SuggestionsOut
from classifier.api.schemas.values import LINE
from classifier.catalogue import offered_wardrobes
from classifier.models import Opinion
from classifier.personalization.for_you import COUNT, suggestions_for
from classifier.personalization.opinions import say
from classifier.uploads.refusals import Refusal, Refused

router = Router()


@router.get("", auth=READ, response=SuggestionsOut)
def list_suggestions(
    request: ApiRequest,
    wardrobe: Annotated[
        str,
        Query(
            description="Its styles alone; /api/v1/styles lists them.", max_length=40, pattern=LINE
        ),
    ] = "",
    limit: Annotated[int, Query(description="How many items at most.", ge=1, le=COUNT)] = COUNT,
) -> SuggestionsOut:
    """A new list each time: nothing of the last one, and nothing that you hid."""
    if wardrobe and wardrobe not in offered_wardrobes():
        raise refusal(Refused(Refusal.UNKNOWN_WARDROBE))
    found = suggestions_for(request.auth.owner_id, wardrobe, limit)
    items = [
        SuggestionOut(
            id=each.item.pk,
            title=each.item.title,
            link=each.item.link,
            thumb=request.build_absolute_uri(ticketed("outfit_thumb", each.item.outfit_id)),
            because=each.why.because,
            why=each.why.sentence,
        )
        for each in found.items
    ]
    return SuggestionsOut(items=items, made_for_you=found.knows)


@router.put("/{uuid:item_id}", auth=WRITE, response={HTTPStatus.NO_CONTENT: None})
def say_of_item(request: ApiRequest, item_id: uuid.UUID, opinion: OpinionIn) -> HttpResponse:
    """Like an item, or hide it for good. It counts from the next list on."""
    return _said(request, item_id, opinion.said)


@router.delete("/{uuid:item_id}", auth=WRITE, response={HTTPStatus.NO_CONTENT: None})
def take_back(request: ApiRequest, item_id: uuid.UUID) -> HttpResponse:
    """Take back what you said of an item."""
    return _said(request, item_id, None)


def _said(request: ApiRequest, item_id: uuid.UUID, said: Opinion.Said | None) -> HttpResponse:
    if not say(request.auth.owner_id, item_id, said):
        raise problem(Code.NOT_FOUND)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
