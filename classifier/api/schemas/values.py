"""What all of the API's schemas share: typed values from requests, and problems."""

import re
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from classifier.values.moments import in_utc

OUTFIT_ID = "3f2c8a52-8f0e-4a53-9a0e-0c6f6f1f2b11"
BATCH_ID = "b3b7a0de-51f2-4e0e-8d3f-8f2a4a0b9c77"
LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Line = Annotated[str, Field(pattern=LINE)]
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
