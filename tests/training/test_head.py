"""The head, the projection, the temperature and the metrics do what they say."""

from dataclasses import replace

import numpy as np
import pytest

from training.evaluation.calibrate import (
    choose_threshold,
    expected_calibration_error,
    fit_temperature,
    softmax,
)
from training.evaluation.evaluate import evaluate, share
from training.model.head import Examples, Projection, balanced_weights, fit_head, fit_projection


@pytest.fixture(scope="module")
def examples() -> Examples:
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [200, 100, 20])
    centres = random.normal(size=(3, 12)) * 3
    features = centres[labels] + random.normal(size=(320, 12)) + 5
    return Examples(features.astype(np.float32), labels)


def test_the_head_separates_what_is_separable(examples: Examples) -> None:
    head = fit_head(examples, 3, decay=1e-3, balance=0.5)

    assert (head.logits(examples.features).argmax(axis=1) == examples.labels).mean() > 0.98


def test_the_same_examples_give_the_same_head(examples: Examples) -> None:
    first, second = (fit_head(examples, 3, decay=1e-2, balance=0) for _ in range(2))

    assert (first.weights == second.weights).all()


def test_balance_lifts_the_small_styles() -> None:
    weights = balanced_weights(np.array([0] * 9 + [1]), 2, strength=1.0)

    assert weights.mean() == pytest.approx(1)
    assert weights[:9].sum() == pytest.approx(weights[9:].sum())


def test_weights_of_one_change_nothing(examples: Examples) -> None:
    same = replace(examples, weights=np.ones(320))
    first, second = (fit_head(each, 3, decay=1e-2, balance=0.5) for each in (examples, same))

    assert (first.weights == second.weights).all()
    assert (first.bias == second.bias).all()


def test_wrong_labels_of_little_weight_spoil_little(examples: Examples) -> None:
    wrong = np.arange(320) % 5 < 2
    labels = np.where(wrong, (examples.labels + 1) % 3, examples.labels)
    spoilt = Examples(examples.features, labels)
    weighted = replace(spoilt, weights=np.where(wrong, 0.05, 1.0))

    def right(given: Examples) -> float:
        said = fit_head(given, 3, decay=1e-3).logits(examples.features).argmax(axis=1)
        return float((said == examples.labels).mean())

    assert right(weighted) > 0.98
    assert right(weighted) > right(spoilt)


def test_a_style_is_rare_by_its_weights() -> None:
    labels, given = np.array([0] * 4 + [1] * 4), np.array([0.5] * 4 + [1.0] * 4)
    weights = balanced_weights(labels, 2, 1.0, given)

    assert weights.mean() == pytest.approx(1)
    assert weights[:4].sum() == pytest.approx(weights[4:].sum())


def test_embeddings_have_unit_length_and_keep_neighbours(examples: Examples) -> None:
    projection = fit_projection(examples.features, 4)
    embeddings = projection.embeddings(examples.features)
    similar = embeddings @ embeddings.T
    same = examples.labels[:, None] == examples.labels[None]

    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(np.ones(320), abs=1e-5)
    assert similar[same].mean() > similar[~same].mean() + 0.5


def test_fewer_photos_than_dimensions_still_give_a_projection(examples: Examples) -> None:
    projection = fit_projection(examples.features[:6], 256)

    assert isinstance(projection, Projection)
    assert projection.axes.shape == (12, 256)


def test_the_temperature_that_spoiled_the_logits_is_found() -> None:
    random = np.random.default_rng(1)
    logits = random.normal(size=(4000, 5)).astype(np.float32) * 2
    labels = np.array([random.choice(5, p=row) for row in softmax(logits)])
    spoiled = logits * 3
    temperature = fit_temperature(spoiled, labels)

    assert temperature == pytest.approx(3, rel=0.1)
    before = expected_calibration_error(softmax(spoiled), labels)
    after = expected_calibration_error(softmax(spoiled / np.float32(temperature)), labels)
    assert after < 0.03 < before


def test_the_threshold_answers_as_many_as_the_accuracy_allows() -> None:
    confidences = np.linspace(0.99, 0.5, 100)
    probabilities = np.stack([confidences, 1 - confidences], axis=1)
    labels = np.array([0] * 60 + [0, 1] * 20)
    threshold = choose_threshold(probabilities, labels, accuracy=0.9)

    answered = confidences >= threshold.value - 1e-4
    assert threshold.accuracy >= 0.9
    assert (labels[answered] == 0).mean() == pytest.approx(threshold.accuracy, abs=0.02)
    assert threshold.coverage == pytest.approx(answered.mean(), abs=0.02)


def test_without_errors_nothing_is_unsure() -> None:
    threshold = choose_threshold(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 0]), 0.85)

    assert (threshold.value, threshold.accuracy, threshold.coverage) == (0.0, 1.0, 1.0)


def test_an_accuracy_out_of_reach_gives_the_best_at_half_coverage() -> None:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    threshold = choose_threshold(probabilities, np.array([1, 0, 0, 1]), accuracy=0.99)

    assert threshold.coverage >= 0.5
    assert threshold.accuracy == pytest.approx(2 / 3)


def test_a_share_has_its_wilson_interval() -> None:
    result = share(np.array([True] * 8 + [False] * 2))

    assert result == {"value": 0.8, "low": 0.4902, "high": 0.9433, "n": 10}


def test_the_metrics_count_styles_and_sources() -> None:
    probabilities = np.eye(3)[[0, 0, 1, 2, 2]] * 0.7 + 0.1
    metrics = evaluate(
        probabilities, np.array([0, 1, 1, 2, 0]), ("a", "b", "c"), ("x", "x", "y", "y", "y")
    )

    assert metrics["top1"]["value"] == 0.6
    assert metrics["top3"]["value"] == 1.0
    assert metrics["confusion"] == [[1, 0, 1], [1, 1, 0], [0, 0, 1]]
    assert metrics["per_style"]["b"]["precision"] == 1.0
    assert metrics["per_style"]["b"]["recall"]["value"] == 0.5
    assert metrics["macro_recall"] == pytest.approx((0.5 + 0.5 + 1) / 3, abs=1e-4)
    assert metrics["per_source"]["x"] == share(np.array([True, False]))
    assert metrics["majority"] == 0.4
