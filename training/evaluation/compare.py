"""Is one classifier better than another on the same photos, or is the difference luck?"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binomtest

from training.arrays import Labels
from training.evaluation import bootstrap


def compare(first: Labels, second: Labels, labels: Labels, classes: int) -> dict[str, Any]:
    """How much more often ``first`` is right than ``second``, both [N], on photos of ``labels``.

    The intervals are 95 %, by paired bootstrap. ``p`` is McNemar's exact test (1947): how often
    photos on which only one of the two is right would fall at least this unevenly if both were
    equally good. Plain JSON types.
    """
    first_right, second_right = first == labels, second == labels
    only_first = int((first_right & ~second_right).sum())
    only_second = int((second_right & ~first_right).sum())
    weights = bootstrap.resample(labels)
    gained = first_right.astype(np.float32) - second_right.astype(np.float32)
    macro = np.nanmean(
        bootstrap.recalls(weights, labels, first, classes)
        - bootstrap.recalls(weights, labels, second, classes),
        axis=1,
    )
    discordant = only_first + only_second
    return {
        "top1": {
            "value": round(float(gained.mean()), 4),
            **bootstrap.interval(weights @ gained / len(labels)),
        },
        "macro_recall": {
            "value": round(_macro_recall(first, labels) - _macro_recall(second, labels), 4),
            **bootstrap.interval(macro),
        },
        "only_first_right": only_first,
        "only_second_right": only_second,
        "p": float(binomtest(only_first, discordant).pvalue) if discordant else 1.0,
    }


def _macro_recall(top: Labels, labels: Labels) -> float:
    return float(np.mean([(top[labels == label] == label).mean() for label in np.unique(labels)]))
