"""Items of the catalogue."""

import uuid
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from classifier.api.schemas.values import example

ITEM_ID = "5d0f6a0e-3b6c-4b7e-9a52-2a6f0c1f7d11"
EXAMPLE: dict[str, Any] = {
    "id": ITEM_ID,
    "title": "Wool coat",
    "link": "https://shop.example.org/coats/7",
    "style": "",
    "status": "done",
    "kind": "outfit",
    "thumb": "https://fasi.example.org/outfits/5d0f6a0e/thumb.jpg?ticket=...",
    "created": "2026-05-01T09:30:00Z",
}


class ItemOut(Schema):
    """One look or product of the catalogue, as staff see it."""

    id: uuid.UUID
    title: str
    link: str = Field(description="Where it leads; may be empty.")
    style: str = Field(description="What the operator calls it; may be empty.")
    status: str = Field(description="How far its photo is: queued, running, done or failed.")
    kind: str = Field(description="What its photo counts as. Only an outfit is recommended.")
    thumb: str = Field(description="The small photo, to be fetched within minutes.")
    created: datetime

    model_config = example(**EXAMPLE)


class ItemPage(Schema):
    """Items, newest first."""

    items: list[ItemOut]
    next: str | None = Field(description="The address of the page after this one.")


class AddedOut(ItemOut):
    """An item that was added, or changed."""

    seen_before: bool = Field(description="The catalogue had this photo; its words were changed.")

    model_config = example(**EXAMPLE, seen_before=False)
