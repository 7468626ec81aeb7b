"""From a photo's file to what the model sees of it, the way serving gets there."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from os import cpu_count
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.decoders import Decoders
from imaging.limits import Limits
from inference.preprocessing import model_input

_LIMITS = Limits(least_side=1)  # which photos are too small, `open_photo` says


def thumb_file(path: Path) -> bytes:
    """The JPEG file that the site would keep of a photo and hand to the worker.

    Raises OSError, and Rejected for what the site would refuse.
    """
    return thumb_of_file(path.read_bytes())


def thumb_of_file(content: bytes) -> bytes:
    """The same of a file's content. Raises Rejected."""
    return _decoders().thumb(content, _LIMITS)


def served_input(path: Path) -> npt.NDArray[np.uint8]:
    """The model's input, uint8 [224, 224, 3], of a photo that goes through the site's thumb."""
    return input_of(thumb_file(path))


def input_of(thumb: bytes) -> npt.NDArray[np.uint8]:
    """The model's input of a thumb."""
    with Image.open(BytesIO(thumb)) as image:
        return model_input(image)


@cache
def _decoders() -> Decoders:
    """One for each core; nothing that waits for another is turned away."""
    threads = cpu_count() or 1
    return Decoders(threads, waiting=threads)
