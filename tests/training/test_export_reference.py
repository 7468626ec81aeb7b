"""What the reference of a bundle is made of."""

import numpy as np
import pytest

from inference.reference import PERCENTS
from tests.support.references import clustered
from training.export.reference import OWN, SAMPLE, reference_of, sample_of


def test_a_reference_counts_what_the_model_says_of_validation_photos() -> None:
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.55, 0.45]], np.float32)

    reference = reference_of(clustered(80), clustered(3, seed=4), probabilities, threshold=0.6)

    assert reference.styles.tolist() == [2, 1]
    assert reference.unsure == 1
    assert reference.confidences.sum() == 3
    assert reference.distances.shape == (PERCENTS,)


def test_the_distances_are_those_that_a_reader_of_the_file_finds() -> None:
    later = clustered(40, seed=4)
    probabilities = np.full((40, 2), 0.5, np.float32)

    reference = reference_of(clustered(80), later, probabilities, threshold=0.6)

    found = reference.distances_of(later)
    assert reference.distances[[0, -1]] == pytest.approx([found.min(), found.max()], abs=1e-6)


def test_a_sample_is_drawn_once_and_holds_nobodys_own_photos() -> None:
    sources = ("street", OWN) * 1500

    drawn = sample_of(sources, seed=3)

    assert len(set(drawn)) == SAMPLE
    assert {sources[place] for place in drawn} == {"street"}
    assert drawn == sample_of(sources, seed=3) != sample_of(sources, seed=4)
