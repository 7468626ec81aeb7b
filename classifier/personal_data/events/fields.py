"""The columns of the data set: names, types, what they mean. docs/research-data.md has them too."""

from dataclasses import dataclass
from typing import Any

FORMAT = "fasi-events"
VERSION = 1
EVENTS = ("uploaded", "predicted", "seen", "corrected", "deleted")


@dataclass(frozen=True)
class Field:
    """One column. `type` is a name of Arrow's; every column but the first three may be empty."""

    name: str
    type: str
    meaning: str


FIELDS = (
    Field("event", "string", "uploaded, predicted, seen, corrected or deleted"),
    Field("person", "string", "pseudonym of the owner: 32 hex digits, of this export only"),
    Field("day", "date32", "the day of the event, in UTC"),
    Field("outfit", "string", "pseudonym of the outfit, of this export only; not of deleted ones"),
    Field("source", "string", "uploaded: site, phone, api, batch, folder or unknown"),
    Field("release", "string", "predicted, corrected: the name of the model's release"),
    Field("kind", "string", "predicted: outfit, people or none"),
    Field("style", "string", "predicted: the top style; corrected: the style that was named"),
    Field("confidence", "float32", "predicted: of the top style, in steps of 0.01"),
    Field("decided", "bool", "predicted: sure enough to be named without a caveat"),
    Field("role", "string", "corrected: owner or staff"),
    Field("answer", "string", "corrected: style, no_style, outfit, not_an_outfit, unusable"),
    Field("verdict", "string", "corrected: whether the prediction was right, wrong or neither"),
)


def schema_json() -> dict[str, Any]:
    """What `schema.json` holds, and the metadata of the Parquet file."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "columns": [
            {"name": each.name, "type": each.type, "meaning": each.meaning} for each in FIELDS
        ],
    }
