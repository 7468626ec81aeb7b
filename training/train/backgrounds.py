"""Flat backgrounds (cut-outs on black, product photos on white) and their replacement.

Where each source of photos has its own background, a model learns the source instead of the
style. In training the background is therefore exchanged at random.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter
from scipy import ndimage

FLAT_SHARE = 0.8
"""Of the border's pixels must have one colour, or the background does not count as flat."""
TOLERANCE = 20
"""How far a channel of the background may be from that colour, of 255."""

Mask = npt.NDArray[np.bool_]


def flat_background(image: Image.Image) -> Mask | None:
    """Where the flat background of an RGB image is, bool [height, width]; None if it has none.

    The background is what has the border's most common colour and is connected to the border, so
    that white trousers on white do not vanish with it.
    """
    pixels = np.asarray(image, dtype=np.int16)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    colour = np.median(border, axis=0)
    if (np.abs(border - colour).max(axis=1) <= TOLERANCE).mean() < FLAT_SHARE:
        return None
    labels, _ = ndimage.label(np.abs(pixels - colour).max(axis=2) <= TOLERANCE)
    touching = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.asarray(np.isin(labels, touching[touching > 0]))


def replaced(image: Image.Image, mask: Mask, background: Image.Image) -> Image.Image:
    """The image with ``background`` (same size) where the mask is, with a soft edge."""
    soft = Image.fromarray(ndimage.binary_dilation(mask).astype(np.uint8) * 255)
    return Image.composite(background, image, soft.filter(ImageFilter.GaussianBlur(1)))


def random_background(
    size: tuple[int, int], natural: Callable[[], Image.Image | None], random: np.random.Generator
) -> Image.Image:
    """A piece of a natural photo (three times in five, where there is one), else a soft gradient.

    ``natural`` gives a photo with a background of its own, or None.
    """
    photo = natural() if random.random() < 0.6 else None
    if photo is None:
        corners = random.integers(0, 256, (2, 2, 3)).astype(np.uint8)
        corners[1] = corners[0] // 2 + corners[1] // 2
        return Image.fromarray(corners).resize(size, Image.Resampling.BICUBIC)
    share = random.uniform(0.4, 1)
    width, height = photo.width * share, photo.height * share
    left, top = random.uniform(0, photo.width - width), random.uniform(0, photo.height - height)
    piece = photo.resize(size, Image.Resampling.BILINEAR, (left, top, left + width, top + height))
    return piece.filter(ImageFilter.GaussianBlur(random.uniform(0, 3)))
