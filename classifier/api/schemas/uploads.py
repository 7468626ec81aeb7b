"""Uploads that go straight to the bucket."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from classifier.api.schemas.values import Body, Line, ProblemOut, example


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
