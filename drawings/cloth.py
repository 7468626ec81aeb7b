"""Shapes of cloth with a fabric and with folds, painted onto a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]
Fabric = Callable[[int, int, np.random.Generator], NDArray[np.float32]]

SCALE = 2
"""Everything is painted twice as large and made smaller, which smooths edges."""


def curve(points: Sequence[Point], steps: int = 12) -> list[Point]:
    """A closed curve through the points (Catmull and Rom 1974)."""
    count = len(points)
    smooth = []
    for index in range(count):
        before, start, end, after = (
            np.array(points[(index + shift) % count], dtype=float) for shift in (-1, 0, 1, 2)
        )
        for step in range(steps):
            t = step / steps
            at = 0.5 * (
                2 * start
                + (end - before) * t
                + (2 * before - 5 * start + 4 * end - after) * t**2
                + (3 * start - before - 3 * end + after) * t**3
            )
            smooth.append((float(at[0]), float(at[1])))
    return smooth


def mirrored(points: Sequence[Point], middle: float) -> list[Point]:
    """The same on the other side of the middle line."""
    return [(2 * middle - x, y) for x, y in points]


@dataclass
class Picture:
    """What is painted on, in units of the finished picture."""

    width: int
    height: int
    chance: np.random.Generator
    image: Image.Image = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width * SCALE, self.height * SCALE))

    def mask(self, points: Sequence[Point], *, smooth: bool = True) -> Image.Image:
        """White inside the outline."""
        mask = Image.new("L", self.image.size)
        outline = curve(points) if smooth else points
        scaled = [(x * SCALE, y * SCALE) for x, y in outline]
        ImageDraw.Draw(mask).polygon(scaled, fill=255)
        return mask

    def wall(self, top: Colour, bottom: Colour, floor: Colour, horizon: float) -> None:
        """A wall that is lighter in the middle, and a floor."""
        width, height = self.image.size
        y = np.linspace(0, 1, height)[:, None]
        x = np.linspace(-1, 1, width)[None, :]
        wall = np.array(top) + (np.array(bottom) - np.array(top)) * y[..., None]
        light = 1 + 0.10 * np.exp(-(x**2) * 2.2 - ((y - 0.4) ** 2) * 4)
        nearer = 0.86 + 0.22 * np.clip((y - horizon) / (1 - horizon), 0, 1)
        ground = np.array(floor) * nearer[..., None] * np.ones((1, width, 1))
        pixels = np.where((y > horizon)[..., None], ground, wall * light[..., None])
        pixels += self.chance.normal(0, 2.5, pixels.shape)
        self.image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))

    def shadow(self, box: tuple[float, float, float, float], strength: int = 110) -> None:
        """A soft shadow on the floor, in this ellipse."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).ellipse([each * SCALE for each in box], fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(14 * SCALE))
        self.image.paste((20, 16, 14), mask=mask)

    def cloth(
        self,
        points: Sequence[Point],
        fabric: Fabric,
        *,
        folds: Sequence[Sequence[Point]] = (),
        smooth: bool = True,
        round_: float = 16,
        cast: float = 7,
    ) -> None:
        """A piece of this fabric: darker to its edges, with folds, and a shadow under it."""
        mask = self.mask(points, smooth=smooth)
        margin = round(4 * (round_ + cast)) * SCALE
        left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
        box = (max(0, left - margin), max(0, top - margin), right + margin, bottom + margin)
        mask = mask.crop(box)
        if cast:
            soft = mask.filter(ImageFilter.GaussianBlur(cast * SCALE))
            soft = ImageChops.offset(soft, 2 * SCALE, 4 * SCALE)
            self.image.paste((22, 18, 16), box[:2], soft.point(lambda value: value // 3))
        width, height = mask.size
        pixels = fabric(width, height, self.chance)
        inner = np.asarray(mask.filter(ImageFilter.GaussianBlur(round_ * SCALE)), dtype=np.float32)
        light = 0.66 + 0.40 * np.clip((inner / 255 - 0.45) / 0.55, 0, 1)
        x = np.linspace(box[0], box[2], width, dtype=np.float32)[None, :] / self.image.size[0]
        light = light * (1.06 - 0.14 * x) * _folds(folds, box)
        shaded = (pixels * light[..., None]).clip(0, 255).astype(np.uint8)
        self.image.paste(Image.fromarray(shaded), box[:2], mask)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A seam, a strap or a lace."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        ImageDraw.Draw(self.image).line(scaled, colour, round(width * SCALE), joint="curve")

    def dot(self, at: Point, radius: float, colour: Colour) -> None:
        """A button."""
        x, y = at[0] * SCALE, at[1] * SCALE
        r = radius * SCALE
        ImageDraw.Draw(self.image).ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def finished(self) -> Image.Image:
        """The picture in its own size, with the little noise that photos have."""
        small = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        noise = self.chance.normal(0, 2.0, (self.height, self.width, 1))
        pixels = np.asarray(small, dtype=np.float32) + noise
        return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _folds(
    folds: Sequence[Sequence[Point]], box: tuple[int, int, int, int]
) -> NDArray[np.float32] | float:
    """How much light is on each pixel of the box."""
    if not folds:
        return 1.0
    dark = Image.new("L", (box[2] - box[0], box[3] - box[1]), 128)
    pen = ImageDraw.Draw(dark)
    for fold in folds:
        line = [(x * SCALE - box[0], y * SCALE - box[1]) for x, y in fold]
        pen.line(line, fill=40, width=7 * SCALE, joint="curve")
        pen.line([(x + 8 * SCALE, y) for x, y in line], fill=205, width=6 * SCALE)
    soft = np.asarray(dark.filter(ImageFilter.GaussianBlur(5 * SCALE)), dtype=np.float32)
    return np.asarray(1 + (soft - 128) / 128 * 0.34, dtype=np.float32)
