"""Who wears them: a figure without a face, in the proportions of a fashion drawing."""

from __future__ import annotations

from dataclasses import dataclass

from drawings.cloth import Colour, Picture, Point, mirrored
from drawings.fabrics import plain

MIDDLE = 360.0

HEAD: list[Point] = [
    (360, 92),
    (392, 104),
    (404, 140),
    (398, 176),
    (378, 204),
    (360, 212),
    (342, 204),
    (322, 176),
    (316, 140),
    (328, 104),
]
NECK: list[Point] = [(340, 186), (380, 186), (384, 236), (402, 252), (318, 252), (336, 236)]
HAND: list[Point] = [(474, 548), (492, 546), (500, 572), (496, 598), (484, 606), (472, 590)]


@dataclass(frozen=True)
class Person:
    """The colours of somebody."""

    skin: Colour
    hair: Colour


def body(picture: Picture, person: Person) -> None:
    """What the clothes leave bare: hands and neck."""
    skin = plain(person.skin, 0.01)
    for hand in (HAND, mirrored(HAND, MIDDLE)):
        picture.cloth(hand, skin, round_=6, cast=0)
    picture.cloth(NECK, plain(_darker(person.skin), 0.01), round_=8, cast=0, smooth=False)


def head(picture: Picture, person: Person, *, bun: bool = False) -> None:
    """The head, with the hair short or tied up."""
    hair = plain(person.hair, 0.10)
    if bun:
        picture.cloth([(340, 60), (380, 60), (388, 90), (332, 90)], hair, cast=0)
    picture.cloth(HEAD, plain(person.skin, 0.01), round_=18, cast=4)
    picture.cloth(
        [
            (360, 78), (402, 92), (416, 138), (410, 168), (398, 138), (376, 118), (350, 116),
            (326, 132), (312, 168), (304, 138), (318, 92),
        ],
        hair, round_=10, cast=2,
    )  # fmt: skip


def _darker(colour: Colour) -> Colour:
    red, green, blue = (round(each * 0.88) for each in colour)
    return red, green, blue
