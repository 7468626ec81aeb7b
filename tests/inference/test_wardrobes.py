"""Probabilities within a wardrobe."""

import numpy as np
import numpy.typing as npt
import pytest

from inference.taxonomy import Style, Taxonomy, Wardrobe
from inference.wardrobes import within_wardrobe

TAXONOMY = Taxonomy(
    id="four",
    styles=tuple(Style(name, {"en": name}) for name in ("plain", "checked", "striped", "dotted")),
    wardrobes={
        "lines": Wardrobe({"en": "Lines"}, ("striped", "checked")),
        "dots": Wardrobe({"en": "Dots"}, ("dotted",)),
        "all": Wardrobe({"en": "All"}, ("dotted", "striped", "checked", "plain")),
    },
)


def floats(*values: float) -> npt.NDArray[np.float32]:
    return np.array(values, np.float32)


def test_styles_outside_get_nothing_and_the_others_keep_their_proportions() -> None:
    said = within_wardrobe(floats(0.6, 0.1, 0.3, 0.0), TAXONOMY, "lines")

    assert said.dtype == np.float32
    assert said == pytest.approx([0, 0.25, 0.75, 0])


@pytest.mark.parametrize("wardrobe", ["", "all", "of-another-release"])
def test_all_styles_come_back_untouched(wardrobe: str) -> None:
    probabilities = floats(0.7, 0.1, 0.1, 0.05)  # not quite 1, so that a division would show

    assert (within_wardrobe(probabilities, TAXONOMY, wardrobe) == probabilities).all()


def test_what_the_engine_said_is_not_changed() -> None:
    probabilities = floats(0.6, 0.1, 0.3, 0.0)
    within_wardrobe(probabilities, TAXONOMY, "lines")

    assert (probabilities == floats(0.6, 0.1, 0.3, 0.0)).all()


@pytest.mark.parametrize("tiny", [1e-20, 1e-38, 1e-45])
def test_the_smallest_probabilities_sum_to_one(tiny: float) -> None:
    said = within_wardrobe(floats(1, tiny, tiny, 0), TAXONOMY, "lines")

    assert said == pytest.approx([0, 0.5, 0.5, 0])


def test_where_the_wardrobe_has_nothing_its_styles_are_equally_probable() -> None:
    said = within_wardrobe(floats(1, 0, 0, 0), TAXONOMY, "lines")

    assert said == pytest.approx([0, 0.5, 0.5, 0])


def test_a_single_style_is_certain() -> None:
    assert within_wardrobe(floats(0.2, 0.3, 0.4, 0.1), TAXONOMY, "dots").tolist() == [0, 0, 0, 1]
