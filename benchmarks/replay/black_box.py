"""The other way to a person's shares: by the model's confusion matrix, for the ablation table.

Lipton, Wang and Smola 2018, "Detecting and correcting for label shift with black box predictors",
ICML, with the ridge towards equal shares of Azizzadenesheli et al. 2019, "Regularized learning for
domain adaptation under label shifts", ICLR, without which a handful of outfits says nonsense.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from benchmarks.replay.photos import Seen
from classifier.personalization.adaptation import Floats, mixed
from classifier.personalization.histories import History, Labels
from classifier.personalization.measures import LEAST

RIDGES, POWERS, HALF_LIVES = (0.01, 0.03, 0.1, 0.3), (0.25, 0.35, 0.5, 0.75, 1.0), (10, 15, 30)
FLOOR = 0.2
"""Of an equal share: no style is ruled out."""


def answers(
    seen: Seen, photos: Labels, learn: Sequence[History], judge: Sequence[History]
) -> Floats:
    """What is said of the second's outfits [P, T, C]; all else is of `photos` and the first."""
    styles = len(seen.styles)
    said, labels = seen.probabilities[photos], seen.labels[photos]
    confusion = np.stack([said[labels == style].mean(axis=0) for style in range(styles)], axis=1)
    own = np.stack([each.own for each in learn])[..., None]

    def adapted(
        histories: Sequence[History], ridge: float, half_life: float, power: float
    ) -> Floats:
        shifts = [_shift(each, confusion, ridge, half_life) for each in histories]
        model = np.stack([each.probabilities for each in histories])
        return mixed(model, power * np.stack(shifts))

    def loss(weights: tuple[float, float, float]) -> float:
        right = np.take_along_axis(adapted(learn, *weights), own, axis=-1)
        return float(-np.log(np.maximum(right, LEAST)).mean())

    return adapted(judge, *min(product(RIDGES, HALF_LIVES, POWERS), key=loss))


def _shift(history: History, confusion: Floats, ridge: float, half_life: float) -> Floats:
    """The logarithm of how much more each style is worn than in equal shares: [T, C]."""
    outfits, styles = history.probabilities.shape
    place = np.arange(outfits)
    age = place[:, None] - place - 1
    counted = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / half_life), 0)
    whole = counted.sum(axis=1, keepdims=True)
    seen = counted @ history.probabilities / np.maximum(whole, 1e-9)
    # The ridge weighs as one outfit does: the more there are, the less of it.
    ridges = (ridge / np.maximum(whole, 1e-9))[..., None] * np.eye(styles)
    normal = confusion.T @ confusion + ridges
    target = seen @ confusion + ridges.sum(axis=-1) / styles
    shares = np.linalg.solve(normal, target[..., None])[..., 0]
    shift = np.log(np.maximum(shares * styles, FLOOR))
    return np.where(whole > 0, shift, 0)
