"""The two-sample test of embeddings, on samples whose truth is known."""

import numpy as np
import pytest

from classifier.drift.mmd import PERMUTATIONS, discrepancy
from tests.support.references import clustered


def test_what_comes_from_elsewhere_is_told_apart() -> None:
    found = discrepancy(clustered(120, seed=1, shift=1), clustered(120, seed=2))

    assert found.mmd > 0.01
    assert found.p_value == 1 / (PERMUTATIONS + 1)


def test_what_comes_from_the_same_place_seldom_is() -> None:
    p_values = [
        discrepancy(clustered(60, seed=seed), clustered(60, seed=seed + 100), seed).p_value
        for seed in range(40)
    ]

    assert np.mean(np.array(p_values) <= 0.05) <= 0.15
    assert 0.3 < np.mean(p_values) < 0.7


def test_the_estimate_has_no_bias() -> None:
    found = [
        discrepancy(clustered(40, seed=seed), clustered(40, seed=seed + 100)).mmd
        for seed in range(40)
    ]

    assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / 40**0.5)
    assert min(found) < 0


def test_it_is_the_mean_kernel_within_less_that_across() -> None:
    one, other = clustered(5, seed=1), clustered(7, seed=2)
    pairs = [np.square(a - b).sum() for place, a in enumerate(other) for b in other[:place]]
    width = np.median(pairs)

    def mean(left: np.ndarray, right: np.ndarray, same: bool) -> float:
        values = [
            np.exp(-np.square(a - b).sum() / (2 * width))
            for i, a in enumerate(left)
            for j, b in enumerate(right)
            if not (same and i == j)
        ]
        return float(np.mean(values))

    expected = mean(one, one, True) + mean(other, other, True) - 2 * mean(one, other, False)
    assert discrepancy(one, other).mmd == pytest.approx(expected, abs=1e-5)
