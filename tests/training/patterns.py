"""Drawn pictures that differ in shape and colour as photos do, and the copies people make."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from tests.support.images import encode

SIZE = (240, 360)


def draw_pattern(seed: int, size: tuple[int, int] = SIZE) -> Image.Image:
    """Coarse and fine patches of random colours; two seeds have nothing in common."""
    random = np.random.default_rng(seed)
    coarse, fine = (
        Image.fromarray(random.integers(0, 256, (rows, columns, 3), dtype=np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        for rows, columns in ((6, 4), (24, 16))
    )
    return Image.blend(coarse, fine, 0.4)


def draw_styles(
    folder: Path, styles: tuple[str, ...] = ("warm", "cold"), count: int = 40, seed: int = 0
) -> None:
    """``count`` patterns of each style as ``style/number.jpg``, none like another."""
    for place, style in enumerate(styles):
        (folder / style).mkdir(parents=True)
        for number in range(count):
            image = draw_pattern(10_000 * seed + 1_000 * place + number, (96, 144))
            (folder / style / f"{number:03}.jpg").write_bytes(encode(image, quality=90))


def _trimmed(image: Image.Image, left: float, top: float, right: float, low: float) -> Image.Image:
    width, height = image.size
    return image.crop(
        (
            round(width * left),
            round(height * top),
            round(width * (1 - right)),
            round(height * (1 - low)),
        )
    )


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "encoded anew": lambda image: encode(image, quality=50),
    "as PNG": lambda image: encode(image, "PNG"),
    "smaller": lambda image: encode(image.resize((150, 225)), quality=85),
    "larger": lambda image: encode(image.resize((600, 900)), quality=85),
    "mirrored": lambda image: encode(ImageOps.mirror(image), quality=85),
    "mirrored and smaller": lambda image: encode(ImageOps.mirror(image).resize((160, 240))),
}
"""Copies that show the same: all but one are dropped."""

NEAR_COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "trimmed by 2 %": lambda image: encode(_trimmed(image, 0.02, 0.02, 0.02, 0.02)),
    "trimmed by 3 %": lambda image: encode(_trimmed(image, 0.03, 0.03, 0.03, 0.03)),
    "trimmed unevenly": lambda image: encode(_trimmed(image, 0.03, 0.02, 0.03, 0.04)),
    "trimmed and mirrored": lambda image: encode(
        ImageOps.mirror(_trimmed(image, 0.02, 0.02, 0.02, 0.02))
    ),
    "lighter": lambda image: encode(image.point(lambda value: min(255, value + 25))),
    "in other colours": lambda image: encode(image.convert("L").convert("RGB")),
}
"""Photos that show nearly the same: kept, on one side of the split."""
