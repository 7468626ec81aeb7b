"""What is kept of a photo."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sanitised:
    """Two JPEGs of one decode; `width` and `height` are those of `photo`, in pixels.

    `taken` is the camera's local time when the photo was taken, aware where its offset is known.
    """

    photo: bytes
    thumb: bytes
    width: int
    height: int
    taken: datetime | None
