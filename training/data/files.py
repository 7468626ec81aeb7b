"""A photo's file: there, unchanged, whole and large enough, or the reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image, ImageOps

from inference.preprocessing import INPUT_SIZE

LEAST_SIDE = 64
"""Pixels; the site takes none that are smaller."""

_LYING = (5, 6, 7, 8)
"""Orientations (EXIF 2.32, 4.6.4 A) that swap width and height."""


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
    """A good file: its checksum, its upright size in pixels, and the upright picture.

    The picture may be smaller than the file's, but not smaller than the model's input.
    """

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
        image = Image.open(BytesIO(content))
        width, height = image.size
        # Of a large JPEG every byte is read, but only as many pixels are computed as are needed.
        image.draft(None, (INPUT_SIZE, INPUT_SIZE))
        image.load()
        lies = image.getexif().get(ExifTags.Base.Orientation) in _LYING
        upright = ImageOps.exif_transpose(image)
    except Exception as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error, ...
        raise BadPhotoError(Reason.UNREADABLE) from error
    if min(width, height) < LEAST_SIDE:
        raise BadPhotoError(Reason.SMALL)
    return PhotoFile(digest, *((height, width) if lies else (width, height)), upright)
