"""Weights of the ranking that put most of what people wear next far up: one after the other."""

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.recommend.judging import ndcg
from benchmarks.recommend.rankers import Asked, facts, shown
from classifier.personalization.ranking import RankingWeights

BEGIN = RankingWeights(style=1, look=1, liked=0.5, hidden=0.5, popular=0.2, diversity=0)
GRID: dict[str, tuple[float, ...]] = {
    "half_life": (5, 10, 20, 40),
    "strength": (1, 2, 5),
    "style": (0, 0.5, 1, 2, 4),
    "liked": (0, 0.25, 0.5, 1, 2),
    "hidden": (0, 0.25, 0.5, 1),
    "popular": (0, 0.1, 0.2, 0.5, 1),
}
"""Beside `look`, which is 1: only what they are to each other matters."""
DIVERSITIES = (0.1, 0.2, 0.3, 0.4, 0.5)
COSTS_AT_MOST = 0.02
"""Of NDCG: variety is worth that much, which no history of wearing can say."""
SWEEPS = 2


def learnt(questions: Sequence[Asked]) -> RankingWeights:
    """By coordinate ascent on the mean NDCG; then as much variety as it may cost."""
    weights = BEGIN
    for _ in range(SWEEPS):
        for name, values in GRID.items():
            tried = [replace(weights, **{name: value}) for value in values]
            weights = max(tried, key=lambda each: mean_ndcg(questions, each))
    least = (1 - COSTS_AT_MOST) * mean_ndcg(questions, weights)
    for diversity in DIVERSITIES:
        varied = replace(weights, diversity=diversity)
        if mean_ndcg(questions, varied) < least:
            break
        weights = varied
    print(f"Learnt on {len(questions)} persons: {weights}", file=sys.stderr)
    return weights


def mean_ndcg(questions: Sequence[Asked], weights: RankingWeights) -> float:
    """Over persons, each counting alike."""
    return float(
        np.mean([ndcg(each, shown(each, *facts(each, weights), weights)) for each in questions])
    )
