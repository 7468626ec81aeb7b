"""Sets of styles hold the right one as often as promised, also on photos that did not choose."""

import numpy as np
import pytest

from inference.calibration import SetRule
from inference.style_sets import style_set
from training.evaluation.calibrate import softmax
from training.evaluation.sets import choose_quantile, cross_fitted_sets, set_metrics
from training.recipe import Sets

OPTIONS = Sets()


def answers(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of six styles, and labels drawn from them."""
    random = np.random.default_rng(seed)
    probabilities = softmax(random.normal(size=(count, 6)).astype(np.float32) * 2)
    return probabilities, np.array([random.choice(6, p=row) for row in probabilities])


def test_new_photos_are_covered_as_promised() -> None:
    quantile = choose_quantile(*answers(2000, 0), OPTIONS)
    metrics = set_metrics(*answers(2000, 1), ["here"] * 2000, quantile, OPTIONS)

    # Without randomisation the set holds a little more than it must, since the top is always in.
    assert 0.88 <= metrics["coverage"]["value"] <= 0.95
    assert 1 < metrics["size"] < 4
    assert metrics["per_source"]["here"]["size"] == metrics["size"]


def test_what_is_cross_fitted_is_covered_too() -> None:
    probabilities, labels = answers(1000, 2)
    metrics = cross_fitted_sets(probabilities, labels, ["a", "b"] * 500, OPTIONS)

    assert 0.88 <= metrics["coverage"]["value"] <= 0.95
    assert metrics["per_source"]["a"]["coverage"]["n"] == 500


def test_a_higher_promise_makes_larger_sets() -> None:
    probabilities, labels = answers(500, 3)
    sizes = [
        set_metrics(
            probabilities,
            labels,
            ["x"] * 500,
            choose_quantile(probabilities, labels, Sets(coverage=coverage)),
            OPTIONS,
        )["size"]
        for coverage in (0.8, 0.9, 0.97)
    ]

    assert sizes[0] < sizes[1] < sizes[2]


def test_training_counts_the_sets_that_serving_gives() -> None:
    probabilities, labels = answers(100, 4)
    quantile = choose_quantile(probabilities, labels, OPTIONS)
    rule = SetRule(OPTIONS.coverage, quantile, OPTIONS.penalty, OPTIONS.free, "")
    ids = tuple("abcdef")
    served = [style_set(row.astype(np.float32), ids, rule) for row in probabilities]
    metrics = set_metrics(probabilities, labels, ["x"] * 100, quantile, OPTIONS)

    assert metrics["size"] == pytest.approx(np.mean([len(styles) for styles in served]), abs=0.03)
    held = [ids[label] in styles for label, styles in zip(labels, served, strict=True)]
    assert metrics["coverage"]["value"] == pytest.approx(np.mean(held), abs=0.02)


def test_a_model_that_is_nearly_always_right_has_sets_of_one() -> None:
    probabilities = np.full((50, 3), 0.05) + np.eye(3)[np.arange(50) % 3] * 0.85
    labels = np.arange(50) % 3
    quantile = choose_quantile(probabilities, labels, OPTIONS)

    assert 0 < quantile < 0.1
    assert set_metrics(probabilities, labels, ["x"] * 50, quantile, OPTIONS)["alone"] == 1.0
