"""Fabrics: plain, ribbed, checked. Each fills a picture with its pattern."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from drawings.cloth import SCALE, Colour, Fabric


def _base(colour: Colour, width: int, height: int) -> NDArray[np.float32]:
    return np.ones((height, width, 3), np.float32) * np.array(colour, np.float32)


def _grain(width: int, height: int, chance: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Soft noise: what no cloth is without."""
    rough = chance.normal(0, 1, (height // size + 1, width // size + 1)).astype(np.float32)
    image = Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image, dtype=np.float32)


def plain(colour: Colour, grain: float = 0.03) -> Fabric:
    """One colour."""

    def fill(width: int, height: int, chance: np.random.Generator) -> NDArray[np.float32]:
        fine = _grain(width, height, chance, 2) * grain + _grain(width, height, chance, 40) * 0.035
        pixels: NDArray[np.float32] = _base(colour, width, height) * (1 + fine)[..., None]
        return pixels

    return fill


def ribbed(colour: Colour, every: int = 7) -> Fabric:
    """Knitwear."""

    def fill(width: int, height: int, chance: np.random.Generator) -> NDArray[np.float32]:
        x = np.arange(width, dtype=np.float32)[None, :]
        ribs = 0.09 * np.sin(2 * np.pi * x / (every * SCALE)) * np.ones((height, 1), np.float32)
        fine = _grain(width, height, chance, 2) * 0.04
        return (_base(colour, width, height) * (1 + ribs + fine)[..., None]).astype(np.float32)

    return fill


def checked(colour: Colour, line: Colour, every: int = 34, thin: Colour | None = None) -> Fabric:
    """Tweed or flannel with a check."""

    def fill(width: int, height: int, chance: np.random.Generator) -> NDArray[np.float32]:
        pixels = _base(colour, width, height)
        step = every * SCALE
        x, y = np.arange(width) % step, np.arange(height) % step
        for at, breadth, paint in ((0, step // 5, line), (step // 2, step // 14, thin or line)):
            down = ((x >= at) & (x < at + breadth))[None, :, None]
            across = ((y >= at) & (y < at + breadth))[:, None, None]
            pixels = np.where(down, 0.5 * pixels + 0.5 * np.array(paint), pixels)
            pixels = np.where(across, 0.5 * pixels + 0.5 * np.array(paint), pixels)
        fine = _grain(width, height, chance, 2) * 0.07
        return (pixels * (1 + fine)[..., None]).astype(np.float32)

    return fill
