"""Outfits: what is uploaded, predicted, corrected and counted."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool

from classifier.api.schemas.values import OUTFIT_ID, Body, Line, ProblemOut, Text, example
from classifier.history.diary import MOST_WORN
from classifier.models.diary import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS


class GuessOut(Schema):
    """One of the most probable styles."""

    style: str
    name: str
    probability: float


class PredictionOut(Schema):
    """What a release of the model said.

    Where `kind` is not `outfit`, the style is what it would be if it were one, and never decided.
    """

    kind: str = Field(
        description="`outfit`; `people`, but no outfit that could be judged; `none` of either."
    )
    gate: Mapping[str, float] | None = Field(
        description="How probably it is of each kind; null from a model that does not say."
    )
    style: str
    name: str = Field(description="The style's name in the language of Accept-Language.")
    confidence: float = Field(ge=0, le=1)
    decided: bool = Field(description="False means *not sure*: name the style with a caveat.")
    top: list[GuessOut] = Field(description="Up to three, the most probable first.")
    set: list[GuessOut] = Field(
        description="The styles that it may be, the most probable first: as few as hold the right "
        "one in nine of ten photos. Empty from a model that does not say."
    )
    release: str
    milliseconds: float = Field(description="The engine's time for this photo.")


class PersonalOut(Schema):
    """What the owner would call it, by the styles that they named of earlier outfits."""

    style: str
    name: str = Field(description="The style's name in the language of Accept-Language.")
    probability: float = Field(ge=0, le=1)
    told: int = Field(description="How many outfits of theirs it is made from.")
    similar: int = Field(description="How many of those look alike and were called this style.")
    sentence: str = Field(
        description="For people; empty where it is the prediction's style, or somebody said which."
    )


class CorrectionIn(Body):
    """What is right, in your eyes."""

    answer: Literal["style", "no_style", "outfit", "not_an_outfit"] = Field(
        default="style",
        description="`style` names one; `no_style`: an outfit, but of none of the styles; "
        "`outfit`: one, where the model saw none; `not_an_outfit`.",
    )
    style: Line = Field(
        default="",
        max_length=40,
        description="An id that /api/v1/styles lists; for the answer `style` only.",
    )
    note: Text = Field(default="", max_length=2000)

    model_config = example(style="boho", note="")


class CorrectionOut(Schema):
    """The owner's verdict on the prediction."""

    answer: str
    style: str
    verdict: str = Field(description="`right` or `wrong`, of the prediction.")
    note: str


class FailureOut(Schema):
    """Why an outfit failed for good."""

    code: str
    detail: str


class ColorOut(Schema):
    """A color of an outfit."""

    code: str = Field(description="As `#rrggbb`.")
    name: str = Field(description="One of 13 names, such as `navy`.")
    share: float = Field(ge=0, le=1)


class OutfitOut(Schema):
    """One photo and what is known about it."""

    id: UUID
    url: str = Field(description="Its address in this API.")
    page: str = Field(description="Its page for people.")
    status: str = Field(description="`queued`, `running`, `done` or `failed`.")
    name: str = Field(description="What the file was called.")
    wardrobe: str = Field(description="The styles it is compared with; empty for all.")
    batch: UUID | None
    source: str = Field(
        description="How it came in: `site`, `phone` (the site on a phone), `api`, `batch` (the "
        "page for many, or a ZIP), `folder` (an operator's), `unknown` (before this was noted)."
    )
    width: int
    height: int
    kind: str = Field(
        description="What it counts as: `outfit`, `people` (no outfit that could be judged) or "
        "`none`; an outfit until something says otherwise."
    )
    style: str = Field(
        description="What it counts as: the prediction's style or a correction's; empty for what "
        "is no outfit, or of none of the styles."
    )
    certainty: str = Field(
        description="How that is known: `sure`, `unsure`, `confirmed` or `corrected`; empty so far."
    )
    day: date = Field(description="The day that it counts for; you can change it.")
    day_source: str = Field(
        description="Where the day is from: `photo` (taken then), `upload`, or `owner` (changed)."
    )
    note: str = Field(description="What its owner wrote about it.")
    tags: list[str]
    favorite: bool
    worn: list[date] = Field(description="Further days on which it was worn, oldest first.")
    palette: list[ColorOut] | None = Field(
        description="The colors of what is worn, the largest share first; null until they are "
        "worked out, which is soon after the prediction."
    )
    created: datetime
    classified: datetime | None
    photo_url: str = Field(description="The stored photo, at a signed address that runs out.")
    thumb_url: str
    prediction: PredictionOut | None
    personal: PersonalOut | None = Field(
        description="Beside the prediction; null where too little was said, or it is switched off."
    )
    correction: CorrectionOut | None
    failure: FailureOut | None


class OutfitChange(Body):
    """What the owner may change of an outfit; what is left out, or null, stays as it is."""

    day: date | None = Field(default=None, description="The day that it counts for.")
    note: Text | None = Field(default=None, max_length=LONGEST_NOTE)
    tags: list[Annotated[Line, Field(max_length=LONGEST_TAG)]] | None = Field(
        default=None,
        max_length=MOST_TAGS,
        description="All of its tags: they are kept in lower case, each once.",
    )
    favorite: StrictBool | None = None
    worn: list[date] | None = Field(
        default=None,
        max_length=MOST_WORN,
        description="All further days on which it was worn: between 1990 and today.",
    )

    model_config = example(
        day="2025-06-21", note="Lena’s wedding", tags=["wedding"], favorite=True, worn=[]
    )


class OutfitPage(Schema):
    """Outfits, newest first."""

    items: list[OutfitOut]
    next: str | None = Field(description="The address of the next page; null on the last one.")


class SubmittedOut(Schema):
    """What became of one photo of an upload."""

    name: str
    status: int = Field(description="202, or the status of its problem.")
    id: UUID | None
    url: str | None
    seen_before: bool = Field(description="You uploaded this photo before; this is that outfit.")
    problem: ProblemOut | None


class UploadedOut(Schema):
    """One item for each photo, in the order in which they were sent."""

    items: list[SubmittedOut]

    model_config = example(
        items=[
            {
                "name": "coat.jpg",
                "status": 202,
                "id": OUTFIT_ID,
                "url": f"https://fasi.example.org/api/v1/outfits/{OUTFIT_ID}",
                "seen_before": False,
                "problem": None,
            }
        ]
    )


class ShareOut(Schema):
    """How many outfits count as a style."""

    style: str
    outfits: int
    share: float = Field(ge=0, le=1)


class ProfileOut(Schema):
    """The person, and the styles of what they wear."""

    username: str
    outfits: int = Field(description="Photos in all.")
    classified: int = Field(description="Those that count as an outfit of one of the styles.")
    styles: list[ShareOut] = Field(description="The most frequent first.")
