"""From a photo's file to what the model sees of it, the way serving gets there."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from imaging.thumbnails import jpeg, thumb_of
from inference.preprocessing import model_input


def thumb_file(path: Path) -> bytes:
    """The JPEG file that the site would keep of a photo and hand to the worker."""
    with Image.open(path) as image:
        small = ImageOps.exif_transpose(image).convert("RGB")
    return jpeg(thumb_of(small))


def served_input(path: Path) -> npt.NDArray[np.uint8]:
    """The model's input, uint8 [224, 224, 3], of a photo that goes through the site's thumb."""
    return input_of(thumb_file(path))


def input_of(thumb: bytes) -> npt.NDArray[np.uint8]:
    """The model's input of a thumb."""
    with Image.open(BytesIO(thumb)) as image:
        return model_input(image)
