"""Where a page of a list ended, as its address names it."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime

from classifier.values.moments import read_moment


@dataclass(frozen=True)
class Place:
    """The last row of a page: when it was made, and its id."""

    created: datetime
    row_id: uuid.UUID

    @classmethod
    def read(cls, text: str) -> "Place":
        """From `str(place)`. Raises ValueError."""
        moment, _, row_id = text.rpartition("_")
        return cls(read_moment(moment), uuid.UUID(row_id))

    @classmethod
    def from_cursor(cls, cursor: str) -> "Place":
        """From `place.cursor`. Raises ValueError."""
        return cls.read(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())

    def __str__(self) -> str:
        return f"{self.created.isoformat()}_{self.row_id}"

    @property
    def cursor(self) -> str:
        """The same as one opaque word, for programs."""
        return urlsafe_b64encode(str(self).encode()).decode().rstrip("=")
