"""The pictures of a bundle's probe, drawn here, and what the bundle's engines say about them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from inference.bundle import Bundle
from inference.calibration import Calibration
from inference.engine import load_engine
from inference.preprocessing import INPUT_SIZE
from inference.probe import Probe, write_probe
from inference.taxonomy import Taxonomy
from training.arrays import Images

_UNITS = 448
"""Pictures are drawn at twice their size, for smooth edges."""

_Colour = tuple[int, int, int]
_FIGURES: tuple[tuple[_Colour, _Colour, _Colour, str], ...] = (
    ((214, 208, 198), (34, 40, 58), (70, 74, 84), "coat"),
    ((120, 160, 120), (214, 92, 106), (214, 92, 106), "dress"),
    ((70, 84, 110), (236, 232, 222), (44, 66, 112), "top"),
    ((168, 150, 134), (20, 20, 22), (20, 20, 22), "coat"),
)
"""Wall, upper and lower garment, and what is worn."""


def probe_images() -> Images:
    """Drawn figures in a coat, a dress or a top, one in checked cloth, and a hill without anybody.

    uint8 [N, 224, 224, 3], always the same.
    """
    figures = [_figure(*figure) for figure in _FIGURES]
    checked = Image.blend(figures[2], _checks(), 0.35)
    small = [each.resize((INPUT_SIZE, INPUT_SIZE)) for each in (*figures, checked, _hill())]
    return np.stack([np.asarray(each, np.uint8) for each in small])


def add_probe(folder: Path, taxonomy: Taxonomy, engines: Iterable[str]) -> None:
    """Write ``probe.npz`` into ``folder``: the pictures, and what ``engines`` say about them.

    The folder has the weights already, of a model of this taxonomy.
    """
    images = probe_images()
    bundle = Bundle(folder, "", taxonomy, Calibration(1.0, 0.0, ""), {})
    expected = {name: load_engine(name, bundle).run(images) for name in engines}
    write_probe(folder, Probe(images, expected))


def _shaded(top: _Colour, bottom: _Colour) -> Image.Image:
    """From one colour above to another below."""
    share = np.linspace(0, 1, _UNITS)[:, None, None]
    rows = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
    return Image.fromarray(np.broadcast_to(rows, (_UNITS, _UNITS, 3)).astype(np.uint8))


def _figure(wall: _Colour, upper: _Colour, lower: _Colour, worn: str) -> Image.Image:
    image = _shaded(wall, (wall[0] // 2, wall[1] // 2, wall[2] // 2))
    draw = ImageDraw.Draw(image)
    skin, hair, shoes = (206, 160, 128), (58, 40, 30), (40, 30, 26)
    draw.ellipse((196, 30, 252, 100), fill=hair)
    draw.ellipse((202, 44, 246, 100), fill=skin)
    draw.rectangle((214, 92, 234, 116), fill=skin)
    draw.polygon([(182, 230), (222, 230), (218, 404), (190, 404)], fill=lower)
    draw.polygon([(226, 230), (266, 230), (258, 404), (230, 404)], fill=lower)
    draw.polygon([(170, 116), (278, 116), (268, 240), (180, 240)], fill=upper)
    if worn == "dress":
        draw.polygon([(180, 220), (268, 220), (306, 350), (142, 350)], fill=lower)
    for side in (-1, 1):
        arm = [(224 + side * 40, 118), (224 + side * 54, 118), (224 + side * 84, 250)]
        draw.polygon([*arm, (224 + side * 62, 252)], fill=skin if worn == "dress" else upper)
        draw.ellipse((216 + side * 22, 398, 236 + side * 22, 416), fill=shoes)
        if worn == "coat":
            front = [(224 + side * 54, 118), (224 + side * 12, 118), (224 + side * 16, 340)]
            draw.polygon([*front, (224 + side * 66, 340)], fill=upper)
    return image.filter(ImageFilter.GaussianBlur(1.2))


def _checks() -> Image.Image:
    rows, columns = np.mgrid[:_UNITS, :_UNITS] // 14 % 2
    cloth = np.where((rows ^ columns)[..., None], (150, 40, 44), (226, 220, 206))
    return Image.fromarray(cloth.astype(np.uint8))


def _hill() -> Image.Image:
    image = _shaded((120, 170, 224), (226, 226, 210))
    draw = ImageDraw.Draw(image)
    draw.ellipse((-160, 250, 380, 700), fill=(74, 116, 62))
    draw.ellipse((160, 290, 700, 760), fill=(92, 134, 70))
    draw.ellipse((330, 50, 390, 110), fill=(250, 236, 170))
    return image.filter(ImageFilter.GaussianBlur(1.5))
