"""What the API takes and answers. Every field is documented, for `/api/docs` and for clients."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from classifier.values.moments import in_utc

OUTFIT_ID = "3f2c8a52-8f0e-4a53-9a0e-0c6f6f1f2b11"
BATCH_ID = "b3b7a0de-51f2-4e0e-8d3f-8f2a4a0b9c77"
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
"""Text without an end of a line, a tab or any other control character."""
Text = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Text of any number of lines."""


def _spelled_out(value: Any) -> Any:
    """Pydantic alone would take `0.5` for a moment of 1970."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d[T ]", value, re.IGNORECASE):
        raise ValueError("write it as 2026-05-01T09:30:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_spelled_out), AfterValidator(in_utc)]


def example(**fields: Any) -> ConfigDict:
    """A schema's configuration with one example for the documentation."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Body(BaseModel):
    """What a program sends: a JSON object.

    Not ninja's Schema, which reads the attributes of whatever comes, so that a number would do for
    an object whose fields all have defaults.
    """


class ProblemOut(Schema):
    """A problem document (RFC 9457)."""

    type: str = Field(description="An address that explains the reason code.")
    title: str
    status: int
    detail: str = Field(description="One sentence for the person: what is wrong, what to do.")
    code: str = Field(description="The reason code, the same one that the pages use.")

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/api/v1/problems/too_small",
                    "title": "Too small",
                    "status": 422,
                    "detail": "This photo is too small: each side needs at least 64 pixels.",
                    "code": "too_small",
                }
            ]
        },
    )


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


class OutfitOut(Schema):
    """One photo and what is known about it."""

    id: UUID
    url: str = Field(description="Its address in this API.")
    page: str = Field(description="Its page for people.")
    status: str = Field(description="`queued`, `running`, `done` or `failed`.")
    name: str = Field(description="What the file was called.")
    wardrobe: str = Field(description="The styles it is compared with; empty for all.")
    batch: UUID | None
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
    created: datetime
    classified: datetime | None
    photo_url: str = Field(description="The stored photo, at a signed address that runs out.")
    thumb_url: str
    prediction: PredictionOut | None
    correction: CorrectionOut | None
    failure: FailureOut | None


class OutfitChange(Body):
    """What the owner may change of an outfit."""

    day: date = Field(description="The day that it counts for.")

    model_config = example(day="2025-06-21")


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


class BatchIn(Body):
    """A new batch; photos are added to it one request after the other."""

    name: Line = Field(min_length=1, max_length=200)

    model_config = example(name="spring lookbook")


class BatchOut(Schema):
    """A batch and how far it is."""

    id: UUID
    url: str
    name: str
    created: datetime
    total: int = Field(description="Photos that were added.")
    counts: Mapping[str, int] = Field(description="Its outfits by status.")
    finished: bool = Field(description="Nothing waits any more.")
    left_out: int = Field(description="Files that became no outfit of it.")
    cancelled: datetime | None

    model_config = example(
        id=BATCH_ID,
        url=f"https://fasi.example.org/api/v1/batches/{BATCH_ID}",
        name="spring lookbook",
        created="2026-05-01T09:30:00Z",
        total=3,
        counts={"queued": 0, "running": 0, "done": 3, "failed": 0},
        finished=True,
        left_out=0,
        cancelled=None,
    )


class BatchPage(Schema):
    """Batches, newest first."""

    items: list[BatchOut]
    next: str | None


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


class UploadIn(Body):
    """A photo that is to go straight to the bucket."""

    name: Line = Field(default="", max_length=255, description="What the file is called.")
    wardrobe: Line = Field(default="", max_length=40)
    batch: UUID | None = Field(default=None, description="The batch that it will belong to.")

    model_config = example(name="coat.jpg", wardrobe="", batch=None)


class UploadOut(Schema):
    """A direct upload and what became of it."""

    id: UUID
    status: str = Field(
        description="`waiting` for the file, `queued`, `checking`, `accepted`, `refused`, `expired`"
    )
    name: str
    expires: datetime = Field(description="The file must be in the bucket by then.")
    outfit: UUID | None = Field(description="The outfit that it became.")
    outfit_url: str | None
    problem: ProblemOut | None


class NewUploadOut(UploadOut):
    """A direct upload with the form that sends the photo."""

    form_url: str
    form_fields: Mapping[str, str] = Field(description="Send them before the field `file`.")


class WebhookIn(Body):
    """A new webhook."""

    url: str = Field(
        pattern=r"^https?://[!-~]+$",
        max_length=500,
        description="Where to send: https, on a public host.",
    )
    events: list[Literal["outfit.done", "outfit.failed"]] = Field(
        default=["outfit.done", "outfit.failed"], min_length=1, max_length=2
    )

    model_config = example(url="https://shop.example.org/fasi", events=["outfit.done"])


class WebhookOut(Schema):
    """A webhook; `active` is false once its address answered 410 Gone."""

    id: UUID
    url: str
    events: list[str]
    active: bool
    created: datetime


class NewWebhookOut(WebhookOut):
    """A new webhook with its secret, which is shown this once."""

    secret: str = Field(description="`whsec_` and the key in base64, as Standard Webhooks has it.")


class WebhookList(Schema):
    items: list[WebhookOut]


class DeliveryOut(Schema):
    """One event that was sent to a webhook, and what became of it."""

    id: UUID = Field(description="Comes as the header `webhook-id`; the same at each attempt.")
    event: str
    outfit: UUID | None
    status: str = Field(description="`waiting`, `sending`, `delivered` or `failed`.")
    attempts: int
    answer: int | None = Field(description="The HTTP status of the last attempt.")
    error: str
    created: datetime


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next: str | None


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
