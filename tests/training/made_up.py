"""A made-up finished run: drawn photos and the answers that a test gives."""

import csv
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.support.images import draw_outfit
from tests.training.drawn import TAXONOMY

LOG = """phase,epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds
tune,1,0.9,0.5,0.8,0.6,0.0001,60
tune,2,0.6,0.7,0.5,0.8,0.0001,60
tune,3,0.5,0.8,0.7,0.7,0.0001,60
"""


def make_run(
    folder: Path,
    logits: Sequence[Sequence[float]] | np.ndarray | None = None,
    *,
    val: Sequence[str] = ("warm", "warm", "warm", "cold", "cold"),
    train: Sequence[str] = ("warm", "warm", "warm", "cold"),
    sources: Sequence[str] = ("street",),
    taxonomy: dict[str, Any] = TAXONOMY,
    temperature: float = 1.0,
    log: str = LOG,
    photo_name: str = "{number}.jpg",
) -> Path:
    """A run whose photos are drawn; ``logits`` are sure and right where none are given.

    ``sources`` are gone through in turn. Orange photos are ``warm``, others navy.
    """
    photos = folder.parent / f"{folder.name}-photos"
    photos.mkdir(parents=True)
    folder.mkdir()
    ids = [style["id"] for style in taxonomy["styles"]]
    labels = np.array([ids.index(style) for style in val])
    if logits is None:
        logits = np.eye(len(ids))[labels] * 5
    rows = [(style, "train") for style in train] + [(style, "val") for style in val]
    with (folder / "dataset.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "style", "source", "split", "sha256", "group"])
        for number, (style, split) in enumerate(rows):
            path = photos / photo_name.format(number=number)
            _photo(number % 8, style).save(path, "JPEG")
            writer.writerow([path, style, sources[number % len(sources)], split, "", ""])
    np.savez(
        folder / "predictions.npz",
        logits=np.asarray(logits, np.float32),
        labels=labels,
        temperature=temperature,
    )
    (folder / "taxonomy.json").write_text(json.dumps(taxonomy), encoding="utf-8")
    (folder / "recipe.toml").write_text('seed = 7\n\n[start]\nweights = "people"\n')
    (folder / "log.csv").write_text(log)
    return folder


@cache
def _photo(seed: int, style: str) -> Image.Image:
    drawn = draw_outfit(seed, (48, 72))
    tint = Image.new("RGB", drawn.size, "orangered" if style == "warm" else "navy")
    return Image.blend(drawn, tint, 0.6)
