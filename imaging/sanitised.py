"""What is kept of a photo."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sanitised:
    """Two JPEGs of one decode; `width` and `height` are those of `photo`, in pixels."""

    photo: bytes
    thumb: bytes
    width: int
    height: int
