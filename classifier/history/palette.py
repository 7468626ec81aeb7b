"""A palette: the colours of an outfit, or of several, with their shares. Pure; needs no NumPy."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from classifier.history.cielab import Lab, code_of, lab_of_code
from classifier.history.colours import name_of

ALIKE = 13.0
"""Colours nearer than this are one, in the units of CIELAB; 2.3 is just to be seen."""
LEAST = 0.06
"""The share of what is worn from which a colour counts."""
NAMED = 0.12
"""The share from which an outfit can be found by a colour."""


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
    return name_of(*lab_of_code(code))


def gathered(points: Iterable[tuple[Lab, float]], most: int) -> list[Colour]:
    """The colours of these places in CIELAB with their weights, the largest share first.

    What is too alike is one, what is too small is left out; what is left makes up the whole.
    """
    found: list[tuple[Lab, float]] = []
    for lab, weight in sorted(points, key=lambda each: -each[1]):
        for place, (centre, gained) in enumerate(found):
            if math.dist(centre, lab) < ALIKE:
                found[place] = (centre, gained + weight)
                break
        else:
            found.append((lab, weight))
    whole = sum(weight for _, weight in found)
    kept = sorted((each for each in found if each[1] >= LEAST * whole), key=lambda each: -each[1])
    whole = sum(weight for _, weight in kept[:most])
    return [Colour(code_of(centre), weight / whole) for centre, weight in kept[:most]]


def merged(palettes: Iterable[Iterable[Colour]], most: int = 8) -> list[Colour]:
    """The colours of several outfits together, each of which counts alike."""
    colours = [each for palette in palettes for each in palette]
    return gathered([(lab_of_code(each.code), each.share) for each in colours], most)


def stored(palette: Iterable[Colour]) -> list[list[str | float]]:
    """As it is kept in a row."""
    return [[each.code, round(each.share, 3)] for each in palette]


def read(kept: Iterable[tuple[str, float]] | None) -> list[Colour]:
    """From a row; empty where it has not been looked at yet."""
    return [Colour(code, share) for code, share in kept or ()]
