"""A photo's file: there, unchanged, whole and large enough, or the reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from PIL import Image

from imaging.inspection import inspect
from imaging.limits import Limits
from imaging.reasons import Reason as ImagingReason
from imaging.reasons import Rejected
from training.data.pictures import thumb_of_file

LEAST_SIDE = 64
"""Pixels; the site takes none that are smaller."""


class Reason(StrEnum):
    """Why a photo is not used."""

    MISSING = "missing"
    UNREADABLE = "not a readable image"
    CHANGED = "checksum differs from the manifest"
    SMALL = f"smaller than {LEAST_SIDE} pixels a side"
    STYLE = "style not in the taxonomy"
    TWIN = "twin of another photo"
    CONFLICT = "twins carry different styles"


BAD_FILES = (Reason.MISSING, Reason.UNREADABLE, Reason.CHANGED)
"""Faults that somebody should look into, not just photos that do not fit."""


class BadPhotoError(Exception):
    """A file that cannot be used, and the ``reason``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class PhotoFile:
    """A good file: its checksum, its upright size in pixels, and the thumb that serving makes."""

    sha256: str
    width: int
    height: int
    image: Image.Image


def open_photo(path: Path, sha256: str = "") -> PhotoFile:
    """Read and decode a file to its end. Raises BadPhotoError; an empty ``sha256`` fits any."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BadPhotoError(Reason.MISSING) from error
    except OSError as error:
        raise BadPhotoError(Reason.UNREADABLE) from error
    digest = hashlib.sha256(content).hexdigest()
    if sha256 and digest != sha256:
        raise BadPhotoError(Reason.CHANGED)
    try:
        picture = inspect(content, Limits(least_side=LEAST_SIDE))
        with Image.open(BytesIO(thumb_of_file(content))) as image:
            image.load()
    except Rejected as rejected:
        small = rejected.reason is ImagingReason.TOO_SMALL
        raise BadPhotoError(Reason.SMALL if small else Reason.UNREADABLE) from rejected
    sides = picture.width, picture.height
    if (image.width > image.height) != (picture.width > picture.height):  # it lies on its side
        sides = picture.height, picture.width
    return PhotoFile(digest, *sides, image)
