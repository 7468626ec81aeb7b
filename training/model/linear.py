"""The head on frozen features: several are fitted, the best on validation is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from training.arrays import Floats, Labels
from training.model.head import Examples, Head, fit_head
from training.recipe import HeadFit


def choose_head(
    train: Examples,
    val: Examples,
    classes: int,
    options: HeadFit,
    say: Callable[[str], None] = print,
) -> tuple[Head, list[dict[str, Any]]]:
    """The best head of all decays and balances, and what each trial reached (plain JSON types).

    Best is the highest mean of top-1 and macro recall: the small styles count, but not at any
    price.
    """
    trials: list[dict[str, Any]] = []
    heads: list[Head] = []
    for balance in options.balances:
        for decay in options.decays:
            heads.append(fit_head(train, classes, decay, balance))
            top1, macro = _accuracies(heads[-1].logits(val.features), val.labels)
            trials.append({"decay": decay, "balance": balance, "top1": top1, "macro_recall": macro})
            say(f"Head: decay {decay:g}, balance {balance:g}: top-1 {top1:.3f}, macro {macro:.3f}")
    best = max(range(len(trials)), key=lambda i: trials[i]["top1"] + trials[i]["macro_recall"])
    trials[best]["chosen"] = True
    return heads[best], trials


def _accuracies(logits: Floats, labels: Labels) -> tuple[float, float]:
    right = logits.argmax(axis=1) == labels
    macro = np.mean([right[labels == label].mean() for label in np.unique(labels)])
    return round(float(right.mean()), 4), round(float(macro), 4)
