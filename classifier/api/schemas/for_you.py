"""Suggestions of the catalogue."""

import uuid

from ninja import Schema
from pydantic import Field

from classifier.api.schemas.items import ITEM_ID
from classifier.api.schemas.values import Body, example
from classifier.models import Opinion
from classifier.personalization.why import Because


class SuggestionOut(Schema):
    """An item of the catalogue, and why it is suggested."""

    id: uuid.UUID
    title: str
    link: str = Field(description="Where it leads; may be empty.")
    thumb: str = Field(description="The small photo, to be fetched within minutes.")
    because: Because
    why: str = Field(description="A sentence in the language of the header Accept-Language.")

    model_config = example(
        id=ITEM_ID,
        title="Wool coat",
        link="https://shop.example.org/coats/7",
        thumb="https://fasi.example.org/outfits/5d0f6a0e/thumb.jpg?ticket=...",
        because="looks_like_worn",
        why="Similar to how you wear Casual.",
    )


class SuggestionsOut(Schema):
    """A list, the best first."""

    items: list[SuggestionOut]
    made_for_you: bool = Field(
        description="Your history, or what you like, had a part in it. Else it is what people like."
    )


class OpinionIn(Body):
    """What you say of an item."""

    said: Opinion.Said

    model_config = example(said="liked")
