"""How a photo looks, in 256 bytes: to find its copies among many thousands.

The shape is a perceptual hash of 16 by 16 signs of cosine coefficients of the grey picture (after
Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, with more
coefficients: 8 by 8 cannot tell two shirts on one model from two copies of a photo). Mirroring a
picture turns the sign of every odd horizontal coefficient, so both orientations are compared
without a second hash. docs/training.md has the measurements behind the distances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.fft import dctn

TWIN_DISTANCE = 12
"""Bits, of 256. Copies that were encoded anew, resized or mirrored differ in 10 at most."""
ALIKE_FACTOR = 3
"""Up to this many times the distance of twins, photos are alike: kept, but on one side."""
TWIN_COLOUR = 8.0
"""Mean difference of 8 by 8 colours, of 255, above which the same shape is another product."""

Words = npt.NDArray[np.uint64]

_SIDE = 64
_COEFFICIENTS = 16
_COLOURS = 8
_TRIM = 0.03
_BLOCK = 256


@dataclass(frozen=True)
class Look:
    """``shapes`` uint64 [2, 2, 2]: of the whole photo and of the photo without its margin, the
    signs of even and of odd horizontal coefficients; ``colours`` int16 [8, 8, 3]."""

    shapes: Words
    colours: npt.NDArray[np.int16]


@dataclass(frozen=True)
class Pairs:
    """Photos ``first[i]`` < ``second[i]`` are alike, and ``twins[i]`` where one copies the other.

    Sorted; indexes into the looks they were found in.
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    twins: npt.NDArray[np.bool_]


def look_of(pixels: npt.NDArray[np.uint8]) -> Look:
    """The look of a photo, uint8 [height, width, 3]; its proportions do not matter."""
    image = Image.fromarray(pixels)
    grey = image.convert("L")
    across, down = _TRIM * image.width, _TRIM * image.height
    inner = (across, down, image.width - across, image.height - down)
    colours = image.resize((_COLOURS, _COLOURS), Image.Resampling.BOX)
    return Look(
        np.stack([_shape(grey, None), _shape(grey, inner)]), np.asarray(colours, dtype=np.int16)
    )


def find_pairs(looks: Sequence[Look], twin_distance: int = TWIN_DISTANCE) -> Pairs:
    """All pairs that are alike, mirrored or not; none when ``twin_distance`` is 0.

    Compares everything with everything, a few seconds for 20,000 photos.
    """
    if not looks or not twin_distance:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))
    shapes = np.stack([look.shapes for look in looks])
    whole, inner = shapes[:, 0], shapes[:, 1]
    alike = ALIKE_FACTOR * twin_distance
    # A copy that lost its margin looks like the other photo without its own.
    found = [
        *_near(whole, whole, alike),
        *_near(whole, inner, alike),
        *_near(inner, whole, alike),
    ]
    first, second = np.unique(np.concatenate(found), axis=0).T
    twins = _distances(whole[first], whole[second]) <= twin_distance
    colours = np.stack([look.colours for look in looks])
    twins[twins] = _colour_gaps(colours[first[twins]], colours[second[twins]]) <= TWIN_COLOUR
    return Pairs(first, second, twins)


def _shape(grey: Image.Image, box: tuple[float, float, float, float] | None) -> Words:
    small = grey.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS, box=box)
    waves = dctn(np.asarray(small, dtype=np.float64), norm="ortho")
    signs = waves[:_COEFFICIENTS, :_COEFFICIENTS] > 0
    return np.stack([np.packbits(signs[:, side::2]).view(np.uint64) for side in (0, 1)])


def _near(left: Words, right: Words, distance: int) -> list[npt.NDArray[np.int64]]:
    """Index pairs [n, 2], first < second, within ``distance``; shapes [N, 2, 2] on both sides.

    The even half alone rules out nearly all: only what is left is compared whole.
    """
    found = []
    for start in range(0, len(left), _BLOCK):
        block = left[start : start + _BLOCK, 0]
        others = right[start:, 0]
        bits = np.bitwise_count(block[:, None, 0] ^ others[None, :, 0])
        bits += np.bitwise_count(block[:, None, 1] ^ others[None, :, 1])
        one, other = np.nonzero(bits <= distance)
        one, other = one[one < other] + start, other[one < other] + start
        close = _distances(left[one], right[other]) <= distance
        found.append(np.stack([one[close], other[close]], axis=1))
    return found


def _distances(one: Words, other: Words) -> npt.NDArray[np.int64]:
    """Differing bits of shapes [n, 2, 2], in the better of both orientations."""
    even, odd = np.bitwise_count(one ^ other).sum(axis=-1, dtype=np.int64).T
    half = _COEFFICIENTS * _COEFFICIENTS // 2
    return np.asarray(even + np.minimum(odd, half - odd))


def _colour_gaps(
    one: npt.NDArray[np.int16], other: npt.NDArray[np.int16]
) -> npt.NDArray[np.float64]:
    same = np.abs(one - other).mean(axis=(1, 2, 3))
    mirrored = np.abs(one - other[:, :, ::-1]).mean(axis=(1, 2, 3))
    return np.asarray(np.minimum(same, mirrored))
