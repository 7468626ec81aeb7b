"""Drawn photos of two styles that differ in colour: what a tiny run can learn."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image

from tests.support.images import draw_outfit

TAXONOMY = {
    "id": "tiny",
    "styles": [
        {"id": "warm", "names": {"en": "Warm"}, "descriptions": {}},
        {"id": "cold", "names": {"en": "Cold"}, "descriptions": {}},
    ],
    "wardrobes": {},
}


def draw_photos(folder: Path, styles: tuple[str, ...] = ("warm", "cold"), count: int = 60) -> None:
    """``count`` photos of each style as ``style/number.jpg``."""
    for style in styles:
        (folder / style).mkdir(parents=True)
        for number in range(count):
            drawn = draw_outfit(number, (120, 180))
            tint = Image.new("RGB", drawn.size, "orangered" if style == "warm" else "navy")
            Image.blend(drawn, tint, 0.5).save(folder / style / f"{number}.jpg")


def draw_others(folder: Path, count: int = 16) -> None:
    """Green noise of two sources, as food, and grey noise, as faces; with a manifest."""
    random = np.random.default_rng(0)
    rows = []
    for number in range(2 * count):
        kind, colour = (("food", "green"), ("face", "grey"))[number % 2]
        noise = Image.fromarray(random.integers(0, 256, (90, 120, 3)).astype(np.uint8))
        path = f"{kind}/{number}.jpg"
        (folder / kind).mkdir(parents=True, exist_ok=True)
        Image.blend(noise, Image.new("RGB", noise.size, colour), 0.6).save(folder / path)
        rows.append([path, kind, f"site{number % 3}", "val"])
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "kind", "source", "split"], *rows])


def random_inputs(count: int) -> np.ndarray:
    """Model inputs of drawn outfits: uint8 [count, 224, 224, 3]."""
    return np.stack([np.asarray(draw_outfit(seed, (224, 224))) for seed in range(count)])
