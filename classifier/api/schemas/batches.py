"""Batches."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from classifier.api.schemas.values import BATCH_ID, Body, Line, example


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
