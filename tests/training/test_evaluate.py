"""Metrics, intervals and calibration figures against numbers worked out by hand."""

from itertools import pairwise

import numpy as np
import pytest

from training.evaluation import bootstrap
from training.evaluation.calibrate import (
    Threshold,
    brier_score,
    calibrated,
    choose_threshold,
    coverage_curve,
    error_by_chance,
    expected_calibration_error,
    fit_temperature,
    log_loss,
    reliability,
    softmax,
)
from training.evaluation.compare import compare
from training.evaluation.crossfit import cross_fit, stratified_folds
from training.evaluation.evaluate import evaluate, share_of, top_confusions

STYLES = ("a", "b", "c")


def said(*tops: int) -> np.ndarray:
    """Probabilities whose top styles are these."""
    return np.eye(3)[list(tops)] * 0.7 + 0.1


def drawn(count: int, scale: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits [count, 4] and labels drawn from the very probabilities that they say."""
    random = np.random.default_rng(seed)
    logits = (random.normal(size=(count, 4)) * scale).astype(np.float32)
    return logits, np.array([random.choice(4, p=row) for row in softmax(logits)])


def test_a_perfect_predictor_gets_everything() -> None:
    labels = np.array([0, 1, 1, 2])
    metrics = evaluate(np.eye(3)[labels], labels, STYLES, ["x"] * 4)

    assert metrics["top1"]["value"] == metrics["macro_recall"] == metrics["macro_f1"] == 1.0
    assert metrics["macro_recall_interval"] == {"low": 1.0, "high": 1.0}
    assert metrics["ece"] == 0.0
    assert metrics["confusion"] == [[1, 0, 0], [0, 2, 0], [0, 0, 1]]


def test_a_constant_predictor_gets_its_style_and_no_other() -> None:
    metrics = evaluate(said(0, 0, 0, 0), np.array([0, 0, 1, 2]), STYLES, ["x"] * 4)

    assert metrics["top1"]["value"] == metrics["majority"] == 0.5
    assert metrics["macro_recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert metrics["per_style"]["a"]["precision"] == 0.5
    assert metrics["per_style"]["a"]["f1"] == pytest.approx(2 / 3, abs=1e-4)
    assert metrics["per_style"]["b"] | {"recall": 0} == {
        "n": 1,
        "said": 0,
        "recall": 0,
        "precision": 0.0,
        "precision_interval": {"low": 0.0, "high": 1.0},
        "f1": 0.0,
        "f1_interval": {"low": 0.0, "high": 0.0},
    }
    assert metrics["macro_f1"] == pytest.approx(2 / 9, abs=1e-4)


def test_a_style_without_photos_does_not_count_in_the_averages() -> None:
    metrics = evaluate(said(0, 1), np.array([0, 1]), STYLES, ["x", "x"])

    assert metrics["macro_recall"] == metrics["macro_f1"] == 1.0
    assert metrics["per_style"]["c"]["recall"] == share_of(0, 0)
    assert (share_of(0, 0)["low"], share_of(0, 0)["high"]) == (0.0, 1.0)


def test_the_commonest_mistakes_come_first() -> None:
    confusion = [[5, 2, 0], [1, 1, 0], [0, 2, 2]]

    assert top_confusions(confusion, STYLES) == [
        {"style": "c", "said": "b", "n": 2, "share": 0.5},
        {"style": "a", "said": "b", "n": 2, "share": 0.2857},
        {"style": "b", "said": "a", "n": 1, "share": 0.5},
    ]
    assert len(top_confusions(confusion, STYLES, most=1)) == 1


def test_resamples_keep_the_number_of_photos_of_each_style() -> None:
    labels = np.array([0, 1, 0, 1, 1])
    weights = bootstrap.resample(labels, times=50)

    assert weights.shape == (50, 5)
    assert (weights[:, labels == 0].sum(axis=1) == 2).all()
    assert (weights[:, labels == 1].sum(axis=1) == 3).all()
    assert len(np.unique(weights, axis=0)) > 10


def test_the_interval_of_the_macro_recall_is_that_of_its_distribution() -> None:
    labels = np.repeat([0, 1], 100)
    right = np.tile([True, True, True, True, False], 40)
    low, high = evaluate(
        np.eye(2)[np.where(right, labels, 1 - labels)], labels, ("a", "b"), ["x"] * 200
    )["macro_recall_interval"].values()

    deviation = np.sqrt(0.8 * 0.2 / 200)
    assert low == pytest.approx(0.8 - 1.96 * deviation, abs=0.01)
    assert high == pytest.approx(0.8 + 1.96 * deviation, abs=0.01)


def test_a_comparison_counts_where_only_one_is_right() -> None:
    labels = np.zeros(12, int)
    first, second = labels.copy(), labels.copy()
    second[:6] = 1
    first[6] = 1
    result = compare(first, second, labels, 2)

    assert (result["only_first_right"], result["only_second_right"]) == (6, 1)
    assert (
        result["top1"]["value"]
        == result["macro_recall"]["value"]
        == pytest.approx(5 / 12, abs=1e-4)
    )
    assert result["top1"]["low"] < 5 / 12 < result["top1"]["high"]
    assert result["p"] == pytest.approx(2 * (1 + 7) / 2**7)


def test_equal_classifiers_do_not_differ() -> None:
    labels = np.array([0, 1, 1])
    result = compare(labels, labels, labels, 2)

    assert result["top1"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert result["p"] == 1.0


def test_loss_and_brier_score_by_hand() -> None:
    probabilities, labels = np.array([[0.8, 0.2], [0.5, 0.5]]), np.array([0, 1])

    assert log_loss(probabilities, labels) == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)
    assert brier_score(probabilities, labels) == pytest.approx((0.04 + 0.04 + 0.25 + 0.25) / 2)


def test_the_calibration_error_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    labels = np.array([0, 0, 0, 1])
    bins = reliability(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)

    assert [(part.count, part.right) for part in bins] == [(2, 1), (2, 2)]
    assert expected_calibration_error(probabilities, labels) == pytest.approx(0.5 * 0.1 + 0.5 * 0.1)


def test_a_calibrated_model_has_no_more_error_than_chance_gives() -> None:
    logits, labels = drawn(20_000, scale=2)
    probabilities = softmax(logits)
    chance = error_by_chance(probabilities, times=50)

    assert expected_calibration_error(probabilities, labels) < 0.015
    assert expected_calibration_error(probabilities, labels) < 2 * chance.mean()
    assert error_by_chance(probabilities[:200], times=50).mean() > 3 * chance.mean()


def test_folds_are_even_and_stratified() -> None:
    labels = np.repeat([0, 1, 2], [50, 10, 6])
    fold = stratified_folds(labels, 5)

    assert sorted(np.bincount(fold)) == [13, 13, 13, 13, 14]
    for style in range(3):
        counts = np.bincount(fold[labels == style], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_cross_fitting_finds_the_temperature_without_the_photos_it_judges() -> None:
    logits, labels = drawn(1500, scale=2)
    spoiled = logits * 4
    crossed = cross_fit(spoiled, labels)
    flattered = calibrated(spoiled, fit_temperature(spoiled, labels))

    before = expected_calibration_error(softmax(spoiled), labels)
    assert expected_calibration_error(crossed.probabilities, labels) < before / 3
    assert log_loss(crossed.probabilities, labels) >= log_loss(flattered, labels)
    assert (crossed.probabilities.argmax(axis=1) == spoiled.argmax(axis=1)).all()


def test_the_cross_fitted_threshold_answers_what_is_sure() -> None:
    logits, labels = drawn(1500, scale=2)
    crossed = cross_fit(logits, labels)
    right = crossed.probabilities.argmax(axis=1) == labels

    assert right.mean() < 0.75
    assert right[crossed.sure].mean() == pytest.approx(0.85, abs=0.03)


def test_no_photo_chooses_the_temperature_that_judges_it() -> None:
    logits, labels = drawn(60, scale=2)
    before = cross_fit(logits, labels).probabilities[0]
    louder = logits.copy()
    louder[0] *= 10
    own_fold = stratified_folds(labels, 5)[0]
    others = stratified_folds(labels, 5) != own_fold
    temperature = fit_temperature(logits[others], labels[others])

    assert before == pytest.approx(calibrated(logits[:1], temperature)[0])
    assert cross_fit(louder, labels).probabilities[0] == pytest.approx(
        calibrated(louder[:1], temperature)[0]
    )


def test_one_photo_keeps_its_probabilities() -> None:
    logits = np.array([[1.0, 0.0]], np.float32)

    assert cross_fit(logits, np.array([0])).probabilities == pytest.approx(softmax(logits))


def test_the_coverage_curve_grows_to_everything() -> None:
    logits, labels = drawn(300, scale=1)
    probabilities = softmax(logits)
    curve = coverage_curve(probabilities, labels)
    confidences, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels

    assert len(curve) > 250
    for one, other in pairwise(curve):
        assert one.coverage < other.coverage
        assert one.value > other.value
    assert (curve[-1].value, curve[-1].coverage) == (0.0, 1.0)
    for point in curve[::25]:
        answered = confidences >= point.value
        assert point.coverage == pytest.approx(answered.mean())
        assert point.accuracy == pytest.approx(right[answered].mean())


def test_photos_of_equal_confidence_are_answered_together() -> None:
    probabilities = np.array([[0.8, 0.2]] * 4 + [[0.6, 0.4]] * 4)
    labels = np.array([0, 0, 0, 1, 0, 0, 1, 1])

    assert coverage_curve(probabilities, labels) == [
        Threshold(0.8, 0.75, 0.5),
        Threshold(0.0, 0.625, 1.0),
    ]
    assert choose_threshold(probabilities, labels, accuracy=0.8).value == 0.8
