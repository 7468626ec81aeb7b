"""Webhooks and their deliveries."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from classifier.api.schemas.values import Body, example


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
    """A webhook.

    `active` is false once its address answered 410 Gone or had failed for a day; a test that
    succeeds makes it true again.
    """

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
