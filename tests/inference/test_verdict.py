"""What is said of a photo: its kind, its style, and the styles that it may be."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.bundle import Bundle
from inference.calibration import Calibration, GateRule, SetRule
from inference.engine import Outputs
from inference.style_sets import scores, style_set
from inference.taxonomy import Style, Taxonomy, Wardrobe
from inference.verdict import verdict_at, verdict_of

STYLES = ("plain", "checked", "striped", "dotted")
TAXONOMY = Taxonomy(
    id="four",
    styles=tuple(Style(name, {"en": name}) for name in STYLES),
    wardrobes={"lines": Wardrobe({"en": "Lines"}, ("checked", "striped"))},
)
GATE = GateRule(threshold=0.4, target="none")
SETS = SetRule(coverage=0.9, quantile=0.92, penalty=0.01, free=1, target="none")
OLD = Calibration(temperature=1.0, threshold=0.5, target="none")
NEW = Calibration(temperature=1.0, threshold=0.5, target="none", gate=GATE, sets=SETS)


def bundle(calibration: Calibration) -> Bundle:
    return Bundle(Path("nowhere"), "", TAXONOMY, calibration, {})


def floats(*values: float) -> npt.NDArray[np.float32]:
    return np.array(values, np.float32)


SURE = floats(0.8, 0.1, 0.06, 0.04)


@pytest.mark.parametrize(
    ("gate", "kind"),
    [
        (floats(0.9, 0.05, 0.05), "outfit"),
        (floats(0.4, 0.6, 0.0), "outfit"),  # from the threshold on, whatever is likelier
        (floats(0.39, 0.31, 0.30), "people"),  # below it, whatever is less likely
        (floats(0.1, 0.3, 0.6), "none"),
    ],
)
def test_the_kind_follows_the_gates_threshold(gate: npt.NDArray[np.float32], kind: str) -> None:
    verdict = verdict_of(SURE, bundle(NEW), gate=gate)

    assert verdict.kind == kind
    assert verdict.gate is gate


def test_what_is_no_outfit_is_never_decided_and_keeps_its_style() -> None:
    verdict = verdict_of(SURE, bundle(NEW), gate=floats(0.1, 0.1, 0.8))

    assert not verdict.decided
    assert verdict.style == "plain"
    assert verdict.confidence == pytest.approx(0.8)
    assert verdict.style_set == ("plain", "checked")


def test_a_bundle_of_before_takes_every_photo_for_an_outfit() -> None:
    verdict = verdict_of(SURE, bundle(OLD))

    assert (verdict.kind, verdict.decided, verdict.gate) == ("outfit", True, None)
    assert verdict.style_set == ()


def test_a_gate_without_a_threshold_is_not_asked() -> None:
    verdict = verdict_of(SURE, bundle(OLD), gate=floats(0, 0, 1))

    assert (verdict.kind, verdict.gate) == ("outfit", None)


def test_each_photo_of_a_claim_has_its_own_gate() -> None:
    outputs = Outputs(
        probabilities=np.stack([SURE, SURE]),
        embeddings=np.zeros((2, 256), np.float32),
        activation_maps=np.zeros((2, 7, 7), np.float32),
        gates=np.stack([floats(0.9, 0.1, 0), floats(0, 0.9, 0.1)]),
    )

    assert [verdict_at(outputs, row, bundle(NEW)).kind for row in (0, 1)] == ["outfit", "people"]


def test_scores_are_sums_with_a_penalty_beyond_the_free_ranks() -> None:
    ranked = np.array([[0.5, 0.3, 0.2], [0.9, 0.1, 0.0]])

    assert scores(ranked, penalty=0.1, free=1) == pytest.approx(
        np.array([[0.5, 0.9, 1.2], [0.9, 1.1, 1.2]])
    )


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        (floats(0.95, 0.03, 0.01, 0.01), ("plain",)),  # the top style is in, above the quantile too
        (floats(0.2, 0.6, 0.15, 0.05), ("checked", "plain")),
        (floats(0.25, 0.25, 0.25, 0.25), ("plain", "checked", "striped")),
    ],
)
def test_a_set_has_the_styles_up_to_the_quantile(
    probabilities: npt.NDArray[np.float32], expected: tuple[str, ...]
) -> None:
    assert style_set(probabilities, STYLES, SETS) == expected


def test_what_is_outside_the_wardrobe_is_in_no_set() -> None:
    everything = Calibration(
        1.0, 0.5, "none", sets=SetRule(coverage=0.9, quantile=2, penalty=0, free=1, target="")
    )
    verdict = verdict_of(floats(0.7, 0.1, 0.2, 0.0), bundle(everything), "lines")

    assert verdict.style_set == ("striped", "checked")


def test_sets_hold_the_right_style_as_often_as_was_promised() -> None:
    """With the quantile as the paper takes it from one half, the other half is covered."""
    random = np.random.default_rng(7)
    probabilities = random.dirichlet([0.3] * 4, size=8000).astype(np.float32)
    right = np.array([random.choice(4, p=row / row.sum()) for row in probabilities.astype(float)])
    order = np.argsort(-probabilities, axis=1)
    ranked = np.take_along_axis(probabilities, order, axis=1)
    found = scores(ranked, 0.01, 1)[np.arange(8000), (order == right[:, None]).argmax(axis=1)]
    rule = SetRule(0.9, float(np.quantile(found[:4000], 0.9)), 0.01, 1, "")
    covered = [
        STYLES[style] in style_set(row, STYLES, rule)
        for row, style in zip(probabilities[4000:], right[4000:], strict=True)
    ]

    assert 0.88 <= np.mean(covered) <= 0.94
