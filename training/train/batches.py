"""Training photos in random variants, batch by batch, for Keras."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from io import BytesIO

import keras
import numpy as np
from PIL import Image

from training.arrays import Floats, Images, Labels, Weights
from training.model.head import balanced_weights
from training.recipe import Recipe
from training.train.augment import augmented, mixed
from training.train.backgrounds import flat_background

THREADS = min(os.cpu_count() or 2, 16)
"""Photos are varied on as many threads as the machine has: a GPU waits for them otherwise."""
Batch = tuple[Images, Floats]


class Batches(keras.utils.PyDataset):
    """Shuffled, balanced, augmented batches: uint8 [N, size, size, 3] and targets [N, C].

    ``thumbs`` are the photos' JPEG files. What batch ``i`` of epoch ``e`` holds follows from the
    seed alone, so a resumed run sees what the killed one would have seen. A style with few photos
    is drawn more often, as the recipe's ``balance`` says, and so is a photo with a larger weight;
    an epoch is as long as the photos are.
    """

    def __init__(
        self,
        thumbs: Sequence[bytes],
        labels: Labels,
        classes: int,
        recipe: Recipe,
        epoch: int = 0,
        *,
        weights: Weights | None = None,
    ) -> None:
        super().__init__(workers=THREADS, max_queue_size=4 * THREADS)
        self._thumbs = thumbs
        self._targets = np.eye(classes, dtype=np.float32)[labels]
        self._weights = balanced_weights(labels, classes, recipe.tune.balance, weights)
        self._recipe = recipe
        self._natural = [thumb for thumb in thumbs if flat_background(_decoded(thumb)) is None]
        self._epoch = epoch
        self._order = self._draw()

    def __len__(self) -> int:
        """Batches an epoch."""
        return math.ceil(len(self._thumbs) / self._recipe.tune.batch)

    def __getitem__(self, index: int) -> Batch:
        """Batch ``index`` of the current epoch."""
        tune = self._recipe.tune
        random = np.random.default_rng((self._recipe.seed, self._epoch, index))
        chosen = self._order[index * tune.batch : (index + 1) * tune.batch]
        images = np.stack([self._variant(self._thumbs[photo], random) for photo in chosen])
        targets = self._targets[chosen]
        return mixed(images, targets, tune.mixup, random) if tune.mixup else (images, targets)

    def on_epoch_end(self) -> None:
        """Draw the next epoch's order."""
        self._epoch += 1
        self._order = self._draw()

    def _draw(self) -> Labels:
        """Photos in random order, each as often as its weight says, fractions by chance."""
        random = np.random.default_rng((self._recipe.seed, self._epoch))
        times = np.floor(self._weights + random.random(len(self._weights))).astype(int)
        order = random.permutation(np.repeat(np.arange(len(times)), times))
        return np.asarray(np.resize(order, len(times)))

    def _variant(self, thumb: bytes, random: np.random.Generator) -> Images:
        def natural() -> Image.Image | None:
            if not self._natural:
                return None
            return _decoded(self._natural[random.integers(len(self._natural))])

        return augmented(
            _decoded(thumb), self._recipe.tune.size, self._recipe.augment, natural, random
        )


def _decoded(thumb: bytes) -> Image.Image:
    return Image.open(BytesIO(thumb)).convert("RGB")
