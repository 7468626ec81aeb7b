"""The colours of what somebody wears, not of the wall behind them. Pure: bytes in, colours out.

Where the clothes are is guessed from three things: the middle of the photo is more likely than its
edges; what spoke for the style is in the activation map; and colours that its left, right and upper
borders consist of are the background's. What is left is clustered in CIELAB by k-means (Lloyd 1982,
"Least squares quantization in PCM"), weighted and begun from the colours that are farthest from
each other (Gonzalez 1985), so that the same photo always has the same palette. Needs numpy.
"""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.history.cielab import lab_of
from classifier.history.palette import Colour, gathered

SIDE = 40
"""Pixels of the longer side that is looked at: enough for colours, some ten milliseconds."""
CLUSTERS = 7
ROUNDS = 10
MOST = 5
_EDGE = 0.07
_MAP_SIDE = 7

Pixels = NDArray[np.float64]


def palette_of(thumb: bytes, activation_map: bytes = b"") -> list[Colour]:
    """The colours of a photo's outfit, the largest share first; for bytes of a JPEG.

    `activation_map` is 7 x 7 bytes over the whole photo, or empty. Raises OSError for no JPEG.
    """
    with Image.open(BytesIO(thumb), formats=("JPEG",)) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        small = image.convert("RGB")
        small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small).reshape(-1, 3).tolist()
    lab = np.array([lab_of(*pixel) for pixel in pixels]).reshape(small.height, small.width, 3)
    weights = _where_worn(small.height, small.width, activation_map)
    weights = weights * _foreground(lab) * _flat(lab)
    centres, shares = _clusters(lab.reshape(-1, 3), weights.ravel(), CLUSTERS)
    found = [(float(light), float(a), float(b)) for light, a, b in centres]
    return gathered(zip(found, shares.tolist(), strict=True), MOST)


def _where_worn(height: int, width: int, activation_map: bytes) -> Pixels:
    """How likely the outfit is to be at each pixel, by its place and by what spoke for it."""
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    # A little below the middle, upright, as people stand in photos.
    middle: Pixels = np.exp(-((x / 0.42) ** 2) / 2 - ((y - 0.08) / 0.55) ** 2 / 2)
    if len(activation_map) != _MAP_SIDE**2 or not any(activation_map):
        return middle
    grid = Image.frombytes("L", (_MAP_SIDE, _MAP_SIDE), activation_map)
    spoke = np.asarray(grid.resize((width, height), Image.Resampling.BILINEAR)) / 255
    return middle * (0.3 + 0.7 * spoke)


def _foreground(lab: Pixels) -> Pixels:
    """1 where a pixel has no colour of the borders, near 0 where it has."""
    height, width = lab.shape[:2]
    deep, broad = max(1, round(_EDGE * height)), max(1, round(_EDGE * width))
    # Not the lower border: legs and shoes end there.
    border = [lab[:deep], lab[: -height // 3, :broad], lab[: -height // 3, -broad:]]
    edge = np.concatenate([each.reshape(-1, 3) for each in border])
    centres, shares = _clusters(edge, np.ones(len(edge)), 4)
    walls = centres[shares > 0.12]
    if not len(walls):
        return np.ones((height, width))
    nearest = np.sqrt(((lab[:, :, None] - walls) ** 2).sum(-1)).min(-1)
    kept: Pixels = np.clip((nearest - 6) / 10, 0.02, 1)
    # Somebody in the colours of their wall is all the same wearing something.
    return kept if kept.mean() > 0.06 else np.ones((height, width))


def _flat(lab: Pixels) -> Pixels:
    """Less where two colours meet: what lies between them there is no colour of its own."""
    steps = np.zeros(lab.shape[:2])
    for axis in (0, 1):
        step = np.sqrt((np.diff(lab, axis=axis) ** 2).sum(-1))
        for before in (True, False):
            end = [(0, 0), (0, 0)]
            end[axis] = (1, 0) if before else (0, 1)
            steps = np.maximum(steps, np.pad(step, end))
    weights: Pixels = 1 / (1 + (steps / 10) ** 2)
    return weights


def _clusters(points: Pixels, weights: Pixels, count: int) -> tuple[Pixels, Pixels]:
    """Centres and their shares of the weight."""
    centres = points[[int(weights.argmax())]]
    while len(centres) < count:
        far = ((points[:, None] - centres) ** 2).sum(-1).min(1) * weights
        if far.max() <= 0:
            break
        centres = np.concatenate([centres, points[[int(far.argmax())]]])
    for _ in range(ROUNDS):
        nearest = ((points[:, None] - centres) ** 2).sum(-1).argmin(1)
        mass = np.bincount(nearest, weights, len(centres))
        sums = [np.bincount(nearest, weights * axis, len(centres)) for axis in points.T]
        centres = np.stack(sums, axis=1)[mass > 0] / mass[mass > 0, None]
        mass = mass[mass > 0]
    return centres, mass / mass.sum()
