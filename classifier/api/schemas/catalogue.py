"""Styles, releases and the kinds of problems."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from classifier.api.schemas.values import example


class StyleOut(Schema):
    """A style, in the language of the header Accept-Language."""

    id: str
    name: str
    description: str
    names: Mapping[str, str] = Field(description="The name by language.")

    model_config = example(
        id="streetwear",
        name="Streetwear",
        description="Sneakers, hoodies and graphic prints.",
        names={"en": "Streetwear", "ko": "스트리트"},
    )


class WardrobeOut(Schema):
    """Styles that somebody may choose to be compared with alone."""

    id: str
    name: str
    styles: list[str]


class StylesOut(Schema):
    """What the active release knows."""

    release: str | None
    styles: list[StyleOut]
    wardrobes: list[WardrobeOut]


class ReleaseOut(Schema):
    """A registered model."""

    name: str
    status: str = Field(description="`candidate`, `shadow`, `active` or `retired`.")
    sha256: str
    created: datetime
    styles: list[str]
    metrics: Mapping[str, Any]


class ReleaseList(Schema):
    items: list[ReleaseOut]


class ProblemTypeOut(Schema):
    """What a reason code is."""

    code: str
    title: str
    status: int
