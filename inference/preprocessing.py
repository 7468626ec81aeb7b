"""The one definition of what a model sees of a photo, used by training and by serving."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

INPUT_SIZE = 224
"""Pixels a side of the model's square input."""


def model_input(image: Image.Image) -> npt.NDArray[np.uint8]:
    """The photo as the model's input: RGB bytes, uint8 [224, 224, 3].

    Any Pillow mode is taken; transparency becomes white. The whole photo is squashed to the
    square: nothing of the outfit is cut off and no border is added (docs/training.md has the
    comparison). Normalisation is inside the model's graph.
    """
    rgb = _rgb(image)
    square = rgb.resize((INPUT_SIZE, INPUT_SIZE), Image.Resampling.BILINEAR)
    return np.asarray(square, dtype=np.uint8)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.has_transparency_data:
        shown = image.convert("RGBA")
        white = Image.new("RGBA", shown.size, "white")
        return Image.alpha_composite(white, shown).convert("RGB")
    if image.mode.startswith("I;16"):  # Pillow would clip 16 bits to 255 instead of scaling them
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    return image.convert("RGB")
