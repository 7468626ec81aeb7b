"""The colours of what somebody wears, not of the wall behind them. Pure: bytes in, colours out.

Where the clothes are is guessed from three things: the middle of the photo is more likely than its
edges; what spoke for the style is in the activation map; and colours that its left, right and upper
borders consist of are the background's. What is left is clustered in CIELAB, where distance is
close to what eyes see (CIE 15; sRGB as in IEC 61966-2-1), by k-means (Lloyd 1982, "Least squares
quantization in PCM"), weighted and begun from the colours that are farthest from each other
(Gonzalez 1985), so that the same photo always has the same palette.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.history.colours import name_of

SIDE = 40
"""Pixels of the longer side that is looked at: enough for colours, about ten milliseconds."""
CLUSTERS = 7
ROUNDS = 10
ALIKE = 13.0
"""Colours nearer than this are one, in the units of CIELAB; 2.3 is just to be seen."""
LEAST = 0.06
"""The share of what is worn from which a colour counts."""
MOST = 5
NAMED = 0.12
"""The share from which an outfit can be found by a colour."""
_EDGE = 0.07
_MAP_SIDE = 7

Pixels = NDArray[np.float64]


@dataclass(frozen=True)
class Colour:
    """A colour as `#rrggbb`, and its share of what is worn: 0 to 1."""

    code: str
    share: float

    @property
    def name(self) -> str:
        """One of `colours.NAMES`."""
        return _name(self.code)

    @property
    def percent(self) -> int:
        return round(100 * self.share)


@lru_cache(maxsize=4096)
def _name(code: str) -> str:
    """Lists of outfits name hundreds of colours, and a page the same ones again and again."""
    return name_of(*_lab(_rgb(code)[None])[0])


def palette_of(thumb: bytes, activation_map: bytes = b"") -> list[Colour]:
    """The colours of a photo's outfit, the largest share first; for bytes of a JPEG.

    `activation_map` is 7 x 7 bytes over the whole photo, or empty. Raises OSError for no JPEG.
    """
    with Image.open(BytesIO(thumb), formats=("JPEG",)) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        small = image.convert("RGB")
        small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    lab = _lab(np.asarray(small, dtype=np.float64) / 255)
    weights = (
        _where_worn(lab.shape[0], lab.shape[1], activation_map) * _foreground(lab) * _flat(lab)
    )
    return _gathered(*_clusters(lab.reshape(-1, 3), weights.ravel(), CLUSTERS), MOST)


def merged(palettes: Iterable[Iterable[Colour]], most: int = 8) -> list[Colour]:
    """The colours of several outfits together, each of which counts alike."""
    colours = [each for palette in palettes for each in palette]
    if not colours:
        return []
    lab = _lab(np.stack([_rgb(each.code) for each in colours]))
    shares = np.array([each.share for each in colours])
    return _gathered(*_clusters(lab, shares, 2 * most), most)


def stored(palette: Iterable[Colour]) -> list[list[str | float]]:
    """As it is kept in a row."""
    return [[each.code, round(each.share, 3)] for each in palette]


def read(kept: Iterable[tuple[str, float]] | None) -> list[Colour]:
    """From a row; empty where it has not been looked at yet."""
    return [Colour(code, share) for code, share in kept or ()]


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


def _gathered(centres: Pixels, shares: Pixels, most: int) -> list[Colour]:
    """Without those that are too alike or too small; what is left makes up the whole."""
    found: list[tuple[Pixels, float]] = []
    for each in shares.argsort()[::-1]:
        for place, (centre, share) in enumerate(found):
            if np.sqrt(((centre - centres[each]) ** 2).sum()) < ALIKE:
                found[place] = (centre, share + float(shares[each]))
                break
        else:
            found.append((centres[each], float(shares[each])))
    kept = sorted((each for each in found if each[1] >= LEAST), key=lambda each: -each[1])[:most]
    whole = sum(share for _, share in kept)
    return [Colour(_code(centre), share / whole) for centre, share in kept]


_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_D65 = np.array([0.95047, 1.0, 1.08883])
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


def _lab(rgb: Pixels) -> Pixels:
    """CIELAB of sRGB from 0 to 1; the last axis is the colour's."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _D65
    f = np.where(xyz > _EPSILON, np.cbrt(xyz), (_KAPPA * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _code(lab: Pixels) -> str:
    y = (lab[0] + 16) / 116
    f = np.array([y + lab[1] / 500, y, y - lab[2] / 200])
    xyz = np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA) * _D65
    linear = np.clip(np.linalg.solve(_TO_XYZ, xyz), 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + bytes((rgb * 255).round().astype(np.uint8)).hex()


def _rgb(code: str) -> Pixels:
    return np.frombuffer(bytes.fromhex(code[1:]), np.uint8) / 255
