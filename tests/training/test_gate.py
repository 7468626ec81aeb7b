"""The gate: fitted on kinds, judged by sources that it has not seen, closed where outfits allow."""

from dataclasses import replace

import numpy as np
import pytest

from inference.calibration import KINDS, NONE, OUTFIT, PEOPLE
from training.data.others import gate_kind
from training.evaluation.gate import auroc, choose_gate_threshold, gate_metrics
from training.model.gate import (
    GateExamples,
    cross_fitted,
    fit_gate,
    gate_examples,
    source_folds,
)
from training.recipe import Gate

FOOD, FACE = KINDS.index(NONE), KINDS.index(PEOPLE)
CENTRES = {OUTFIT: (4, 0, 0), "food": (0, 4, 0), "face": (0, 0, 4)}


def features(kind: str, count: int, seed: int, shift: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.normal(size=(count, 3)) * 0.5 + CENTRES[kind] + shift).astype(np.float32)


@pytest.fixture
def examples() -> GateExamples:
    """Sixty outfits; food of two sources, faces of one."""
    others = GateExamples(
        np.concatenate([features("food", 30, 1), features("face", 10, 2)]),
        np.repeat([FOOD, FACE], [30, 10]),
        ("food",) * 30 + ("face",) * 10,
        ("menu",) * 15 + ("market",) * 15 + ("selfies",) * 10,
        np.ones(40),
    )
    return gate_examples(features(OUTFIT, 60, 0), np.ones(60), others)


def test_the_gate_tells_the_kinds_apart(examples: GateExamples) -> None:
    head = fit_gate(examples, Gate(decay=0.001))

    assert (head.logits(examples.features).argmax(axis=1) == examples.kinds).mean() > 0.95


def test_photos_that_count_less_move_the_gate_less(examples: GateExamples) -> None:
    weak = replace(examples, weights=np.where(examples.kinds == FACE, 0.01, 1.0))
    nobody = np.full((1, 3), 2.0, np.float32)
    plain, weaker = (fit_gate(each, Gate()).logits(nobody)[0] for each in (examples, weak))

    assert weaker[FACE] - weaker[FOOD] < plain[FACE] - plain[FOOD]


def test_a_source_is_in_one_fold_only() -> None:
    sources = ["large"] * 50 + ["middle"] * 30 + ["small"] * 20
    folds = source_folds(sources, 2, seed=0)

    assert len({*folds[:50]}) == len({*folds[50:80]}) == len({*folds[80:]}) == 1
    assert sorted(np.bincount(folds)) == [50, 50]


def test_a_photo_is_judged_by_a_gate_without_its_source(examples: GateExamples) -> None:
    logits = cross_fitted(examples, Gate(decay=0.001), seed=0)
    said = logits.argmax(axis=1)

    assert (said[:60] == KINDS.index(OUTFIT)).mean() > 0.9
    food, faces = said[60:90], said[90:]
    assert (food == FOOD).mean() > 0.9, "the other source of food taught it"
    assert (faces != FACE).all(), "nothing else taught it faces"


@pytest.mark.parametrize("lost", [0.0, 0.01, 0.1])
def test_the_threshold_loses_no_more_outfits_than_allowed(lost: float) -> None:
    outfits = np.random.default_rng(0).beta(8, 1, 1000)
    threshold = choose_gate_threshold(outfits, lost)

    assert (outfits < threshold).mean() <= lost
    assert (outfits < threshold + 0.02).mean() > lost, "and not many fewer"


def test_the_metrics_are_of_each_kind_and_each_source() -> None:
    outfits = np.array([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.3, 0.7, 0.0]])
    others = np.array([[0.1, 0.9, 0.0], [0.6, 0.4, 0.0], [0.0, 0.0, 1.0]])
    metrics = gate_metrics(outfits, others, ["a", "a", "b"], ["face", "face", "food"], 0.5)

    assert metrics["turned_away"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert metrics["per_kind"]["face"]["value"] == 0.5
    assert metrics["per_kind"]["food"]["value"] == 1.0
    assert metrics["outfits_lost"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert metrics["outfits_lost_per_source"]["a"]["value"] == 0.0
    assert metrics["auroc"] == pytest.approx(8 / 9, abs=1e-4)


def test_the_area_under_the_curve_counts_ties_half() -> None:
    assert auroc(np.array([1.0, 2.0]), np.array([0.0, 1.0])) == 0.875


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("face", PEOPLE), ("group", PEOPLE), ("crowd", PEOPLE), ("food", NONE), ("shelves", NONE)],
)
def test_folders_are_kinds_of_the_gate(folder: str, kind: str) -> None:
    assert KINDS[gate_kind(folder)] == kind
