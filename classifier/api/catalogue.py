"""`/api/v1/catalogue`: what people are recommended from, for staff who may change it."""

import uuid
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from classifier.access import ticketed
from classifier.api.auth import ADMIN, ApiRequest
from classifier.api.idempotency import IdempotencyKey, idempotent
from classifier.api.paging import Cursor, Limit, page_after
from classifier.api.problems import Code, problem
from classifier.api.schemas import AddedOut, ItemOut, ItemPage
from classifier.api.submit import MULTIPART
from classifier.audit import Action, record
from classifier.catalogue_items.adding import add_item, remove_items
from classifier.catalogue_items.fields import LINK_LENGTH, TITLE_LENGTH, FieldRefused, Fields
from classifier.models import CatalogueItem
from classifier.uploads.handler import files_of
from classifier.uploads.refusals import Refusal, Refused

router = Router()

# What django-ninja cannot say of a form: that `photo` is a file.
FORM = {
    "requestBody": {
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["photo", "title"],
                    "properties": {
                        "photo": {
                            "type": "string",
                            "format": "binary",
                            "description": "JPEG, PNG, WebP, HEIC or AVIF.",
                        },
                        "title": {"type": "string", "minLength": 1, "maxLength": TITLE_LENGTH},
                        "link": {
                            "type": "string",
                            "maxLength": LINK_LENGTH,
                            "description": "An address of https or http, or empty.",
                        },
                        "style": {
                            "type": "string",
                            "maxLength": 40,
                            "description": "Its style, where you know better than the model.",
                        },
                    },
                }
            }
        },
        "required": True,
    }
}


@router.post("", auth=ADMIN, response={HTTPStatus.ACCEPTED: AddedOut}, openapi_extra=FORM)
@idempotent
def create_item(request: ApiRequest, idempotency_key: IdempotencyKey = None) -> Status[AddedOut]:
    """Add a photo with a title, and perhaps a link and a style. A worker classifies it later.

    A photo that is there already is one item: it gets the new title, link and style.
    """
    _check_permission(request, "add")
    if request.content_type != MULTIPART:
        raise problem(Code.MEDIA_TYPE, expected=MULTIPART)
    photos = files_of(request, "photo")
    if len(photos) != 1:
        raise Refused(Refusal.TOO_MANY_FILES if photos else Refusal.NO_FILE)
    given = {name: request.POST.get(name, "") for name in ("title", "link", "style")}
    try:
        fields = Fields.read(**given)
    except FieldRefused as error:
        wrong = [{"where": f"form.{error.field}", "what": str(error)}]
        raise problem(Code.INVALID, extra={"errors": wrong}) from error
    added = add_item(photos[0], fields)
    record(Action.CATALOGUE_ADDED, request=request, item=str(added.item.pk))
    shown = _item_out(request, added.item).model_dump()
    return Status(HTTPStatus.ACCEPTED, AddedOut(**shown, seen_before=added.seen_before))


@router.get("", auth=ADMIN, response=ItemPage)
def list_items(request: ApiRequest, cursor: Cursor = "", limit: Limit = 50) -> ItemPage:
    """All items, newest first."""
    _check_permission(request, "view")
    rows = CatalogueItem.objects.select_related("outfit")
    page, following = page_after(request, rows, cursor, limit)
    return ItemPage(items=[_item_out(request, each) for each in page], next=following)


@router.get("/{uuid:item_id}", auth=ADMIN, response=ItemOut)
def get_item(request: ApiRequest, item_id: uuid.UUID) -> ItemOut:
    """One item, with how far its photo is."""
    _check_permission(request, "view")
    rows = CatalogueItem.objects.select_related("outfit")
    return _item_out(request, get_object_or_404(rows, pk=item_id))


@router.delete("/{uuid:item_id}", auth=ADMIN, response={HTTPStatus.NO_CONTENT: None})
def delete_item(request: ApiRequest, item_id: uuid.UUID) -> HttpResponse:
    """Delete the item with its photo and what people said of it, for good."""
    _check_permission(request, "delete")
    get_object_or_404(CatalogueItem, pk=item_id)
    remove_items([item_id])
    record(Action.CATALOGUE_REMOVED, request=request, item=str(item_id))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _check_permission(request: ApiRequest, what: str) -> None:
    if not request.user.has_perm(f"classifier.{what}_catalogueitem"):
        raise problem(Code.FORBIDDEN)


def _item_out(request: HttpRequest, item: CatalogueItem) -> ItemOut:
    outfit = item.outfit
    return ItemOut(
        id=item.pk,
        title=item.title,
        link=item.link,
        style=item.style,
        status=outfit.status,
        kind=outfit.kind,
        thumb=request.build_absolute_uri(ticketed("outfit_thumb", outfit.pk)),
        created=item.created,
    )
