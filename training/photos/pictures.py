"""From a photo's file to what the model sees of it, the way serving gets there."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from worker.preprocess import model_input

THUMB_SIDE = 320
"""The site stores a thumb of at most this many pixels a side, and workers read that."""
THUMB_QUALITY = 85


def thumb_file(path: Path) -> bytes:
    """The JPEG file that the site would keep of a photo and hand to the worker."""
    with Image.open(path) as image:
        small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=THUMB_QUALITY)
    return buffer.getvalue()


def served_input(path: Path) -> npt.NDArray[np.uint8]:
    """The model's input, uint8 [224, 224, 3], of a photo that goes through the site's thumb."""
    return input_of(thumb_file(path))


def input_of(thumb: bytes) -> npt.NDArray[np.uint8]:
    """The model's input of a thumb."""
    with Image.open(BytesIO(thumb)) as image:
        return model_input(image)
