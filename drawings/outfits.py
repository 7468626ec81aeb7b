"""The four outfits of the landing page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from drawings.cloth import Colour, Picture, Point, mirrored
from drawings.fabrics import checked, plain, ribbed
from drawings.figure import MIDDLE, Person, body, head

SIZE = (720, 1080)
SLEEVE: list[Point] = [
    (434, 252),
    (456, 264),
    (480, 340),
    (496, 430),
    (504, 548),
    (466, 552),
    (452, 450),
    (434, 360),
]
TROUSER: list[Point] = [
    (358, 500),
    (440, 500),
    (444, 600),
    (436, 740),
    (430, 860),
    (428, 968),
    (382, 970),
    (380, 860),
    (374, 740),
    (362, 600),
]
WIDE: list[Point] = [
    (358, 500),
    (444, 500),
    (454, 600),
    (460, 760),
    (464, 880),
    (470, 972),
    (384, 974),
    (380, 860),
    (374, 740),
    (362, 600),
]
SHOE: list[Point] = [
    (380, 960),
    (426, 958),
    (436, 984),
    (446, 1006),
    (430, 1018),
    (396, 1018),
    (380, 1010),
]


def _scene(seed: int, wall: tuple[Colour, Colour], floor: Colour) -> Picture:
    picture = Picture(*SIZE, np.random.default_rng(seed))
    picture.wall(*wall, floor, 0.80)
    picture.shadow((230, 985, 500, 1045))
    return picture


def _pair(picture: Picture, shape: Sequence[Point], *args: object, **options: object) -> None:
    for side in (shape, mirrored(shape, MIDDLE)):
        picture.cloth(side, *args, **options)  # type: ignore[arg-type]


def suit() -> Image.Image:
    """A navy suit with a white shirt and a tie."""
    picture = _scene(1, ((214, 210, 203), (190, 186, 180)), (150, 132, 112))
    person = Person((214, 164, 128), (48, 36, 30))
    body(picture, person)
    navy = plain((44, 54, 86), 0.05)
    fold = [[(410, 560), (404, 700), (404, 950)]]
    _pair(picture, SHOE, plain((58, 36, 26), 0.02), round_=8)
    _pair(picture, TROUSER, navy, folds=fold)
    picture.cloth(
        [(322, 236), (398, 236), (412, 300), (408, 470), (312, 470), (308, 300)],
        plain((244, 243, 240), 0.01), smooth=False, cast=2,
    )  # fmt: skip
    picture.cloth(
        [(349, 252), (371, 252), (367, 272), (376, 440), (360, 462), (344, 440), (353, 272)],
        checked((120, 28, 40), (150, 60, 66), 12), smooth=False, round_=5, cast=2,
    )  # fmt: skip
    _pair(picture, SLEEVE, navy, folds=[[(470, 400), (490, 420)], [(462, 440), (496, 452)]])
    front: list[Point] = [
        (396, 236),
        (440, 242),
        (456, 270),
        (448, 350),
        (438, 430),
        (446, 520),
        (450, 590),
        (400, 600),
        (368, 560),
        (362, 450),
    ]
    _pair(picture, front, navy, folds=[[(420, 440), (426, 580)]], smooth=False)
    lapel: list[Point] = [(392, 234), (414, 240), (424, 300), (412, 312), (420, 322), (364, 452)]
    _pair(picture, lapel, plain((38, 46, 74), 0.05), smooth=False, round_=6, cast=4)
    for collar in ([(360, 258), (340, 236), (328, 232), (338, 268)],):
        _pair(picture, collar, plain((250, 249, 246), 0.01), smooth=False, round_=3, cast=2)
    for y in (468, 506):
        picture.dot((366, y), 5, (24, 28, 44))
    picture.line([(404, 330), (434, 326)], (236, 236, 232), 5)
    head(picture, person)
    return picture.finished()


def street() -> Image.Image:
    """An oversized hoodie, wide cargo trousers, trainers and a beanie."""
    picture = _scene(2, ((168, 172, 176), (140, 144, 148)), (118, 116, 114))
    person = Person((158, 108, 78), (28, 22, 20))
    body(picture, person)
    cargo = plain((92, 94, 74), 0.05)
    _pair(picture, SHOE, plain((236, 236, 234), 0.02), round_=8)
    for side in (1, -1):
        x = MIDDLE + side * 26
        picture.line([(x, 1014), (MIDDLE + side * 84, 1014)], (60, 62, 66), 8)
    _pair(
        picture, WIDE, cargo,
        folds=[[(420, 620), (400, 760)], [(440, 900), (396, 930)], [(450, 930), (400, 956)]],
    )  # fmt: skip
    pocket: list[Point] = [(432, 690), (464, 690), (466, 780), (430, 780)]
    _pair(picture, pocket, plain((84, 86, 66), 0.05), smooth=False, round_=6, cast=5)
    black = plain((40, 40, 44), 0.06)
    _pair(
        picture,
        [
            (424, 240), (470, 262), (502, 350), (518, 450), (516, 556), (468, 560), (454, 450),
            (430, 360),
        ],
        black, folds=[[(470, 420), (510, 440)], [(466, 460), (512, 486)], [(470, 520), (510, 524)]],
    )  # fmt: skip
    picture.cloth(
        [
            (360, 236), (430, 238), (462, 268), (456, 380), (464, 500), (458, 566), (360, 574),
            (262, 566), (256, 500), (264, 380), (258, 268), (290, 238),
        ],
        black, folds=[[(300, 480), (330, 540)], [(420, 470), (396, 540)], [(280, 330), (310, 400)]],
    )  # fmt: skip
    picture.cloth(
        [(306, 452), (414, 452), (436, 530), (284, 530)], plain((34, 34, 38), 0.06), smooth=False,
        round_=8, cast=3,
    )  # fmt: skip
    picture.cloth(
        [(318, 330), (402, 330), (402, 372), (318, 372)], plain((206, 74, 44), 0.02), smooth=False,
        round_=2, cast=0,
    )  # fmt: skip
    picture.line([(330, 351), (390, 351)], (244, 236, 222), 9)
    head(picture, person)
    picture.cloth(
        [
            (314, 220), (360, 204), (406, 220), (424, 250), (400, 276), (360, 268), (320, 276),
            (296, 250),
        ],
        plain((46, 46, 50), 0.06), round_=8, cast=4,
    )  # fmt: skip
    for side in (1, -1):
        picture.line([(MIDDLE + side * 20, 262), (MIDDLE + side * 22, 340)], (222, 222, 220), 3)
    picture.cloth(
        [(310, 128), (314, 92), (336, 68), (360, 62), (384, 68), (406, 92), (410, 128), (360, 138)],
        ribbed((190, 92, 44), 5), round_=10, cast=4,
    )  # fmt: skip
    return picture.finished()


def library() -> Image.Image:
    """A tweed blazer over a turtleneck, checked trousers and loafers."""
    picture = _scene(4, ((196, 178, 154), (166, 146, 122)), (112, 84, 62))
    person = Person((226, 178, 144), (70, 42, 28))
    body(picture, person)
    _pair(picture, SHOE, plain((92, 42, 30), 0.03), round_=8)
    _pair(
        picture, TROUSER, checked((92, 84, 72), (60, 54, 48), 22, (150, 120, 80)),
        folds=[[(410, 560), (404, 700), (404, 950)]],
    )  # fmt: skip
    knit = ribbed((236, 224, 200), 6)
    picture.cloth(
        [(316, 244), (404, 244), (414, 300), (410, 540), (310, 540), (306, 300)], knit,
        smooth=False, folds=[[(330, 480), (380, 520)]],
    )  # fmt: skip
    tweed = checked((132, 100, 68), (104, 78, 52), 16, (160, 130, 92))
    _pair(picture, SLEEVE, tweed, folds=[[(470, 400), (490, 420)], [(462, 440), (496, 452)]])
    front: list[Point] = [
        (398, 240),
        (440, 242),
        (458, 270),
        (452, 350),
        (446, 430),
        (452, 520),
        (458, 600),
        (404, 606),
        (390, 560),
        (384, 420),
    ]
    _pair(picture, front, tweed, folds=[[(426, 440), (430, 590)]], smooth=False)
    lapel: list[Point] = [(394, 238), (418, 240), (432, 310), (416, 320), (424, 332), (386, 440)]
    _pair(picture, lapel, tweed, smooth=False, round_=6, cast=5)
    picture.cloth(
        [(330, 196), (390, 196), (396, 252), (324, 252)], knit, smooth=False, round_=9, cast=3
    )
    head(picture, person, bun=True)
    return picture.finished()


def court() -> Image.Image:
    """A track jacket, leggings and running shoes."""
    picture = _scene(5, ((206, 220, 224), (180, 198, 204)), (152, 160, 160))
    person = Person((198, 146, 110), (36, 26, 22))
    body(picture, person)
    _pair(picture, SHOE, plain((238, 90, 70), 0.02), round_=8)
    slim: list[Point] = [
        (360, 500),
        (434, 500),
        (434, 600),
        (424, 720),
        (416, 800),
        (412, 962),
        (384, 964),
        (380, 820),
        (374, 720),
        (364, 620),
    ]
    _pair(picture, slim, plain((34, 36, 44), 0.04))
    for side in (1, -1):
        picture.line(
            [
                (MIDDLE + side * x, y)
                for x, y in ((72, 520), (72, 600), (62, 720), (54, 800), (50, 950))
            ],
            (240, 240, 240), 5,
        )  # fmt: skip
    teal = plain((28, 118, 128), 0.03)
    _pair(picture, SLEEVE, teal, folds=[[(470, 400), (490, 420)], [(462, 440), (496, 452)]])
    picture.cloth(
        [
            (360, 238), (430, 240), (456, 268), (446, 380), (440, 470), (444, 530), (360, 536),
            (276, 530), (280, 470), (274, 380), (264, 268), (290, 240),
        ],
        teal, folds=[[(300, 440), (320, 510)], [(420, 440), (400, 510)]],
    )  # fmt: skip
    picture.line([(360, 244), (360, 532)], (236, 236, 236), 5)
    for side in (1, -1):
        for gap in (0, 10):
            picture.line(
                [(MIDDLE + side * (92 + gap), 258), (MIDDLE + side * (114 + gap), 350),
                 (MIDDLE + side * (128 + gap), 530)], (244, 244, 244), 4,
            )  # fmt: skip
    picture.cloth(
        [(328, 206), (392, 206), (402, 254), (318, 254)], teal, smooth=False, round_=7, cast=3
    )
    head(picture, person, bun=True)
    return picture.finished()


OUTFITS = {"suit": suit, "street": street, "library": library, "court": court}
