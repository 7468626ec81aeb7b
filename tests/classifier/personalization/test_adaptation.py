"""What each part of the adaptation does to probabilities, and the numbers that judge it."""

import numpy as np
import pytest

from classifier.personalization.adaptation import looks_shift, mixed, shares_shift
from classifier.personalization.measures import Sums, compared


def test_shares_follow_what_somebody_wears() -> None:
    sure = np.tile([0.8, 0.1, 0.1], (30, 1))
    shift = shares_shift(sure, np.ones(30), 1.0)
    assert shift.argmax() == 0
    few = shares_shift(sure[:1], np.ones(1), 1.0)
    assert few[0] < shift[0]
    assert np.exp(shift).sum() == pytest.approx(3)


def test_looks_that_the_model_had_right_add_nothing() -> None:
    right = np.zeros((4, 2))
    assert looks_shift(np.ones(4), right, np.ones(4), 3.0).tolist() == [0, 0]
    wrong = np.array([[-1.0, 1.0]])
    near, far = (looks_shift(np.array([c]), wrong, np.ones(1), 3.0)[1] for c in (0.9, 0.0))
    assert near > far > 0
    assert mixed(np.array([0.5, 0.5, 0.0]), np.array([0.0, 1.0, 9.0]))[2] == 0


def test_intervals_are_over_persons() -> None:
    said = np.array([[0.9, 0.1], [0.2, 0.8]])
    own = np.array([0, 1])
    better = Sums.of([said, said], [own, own])
    worse = Sums.of([said[::-1], said], [own, np.array([1, -1])])
    found = compared(better, worse)
    assert found.scores[0] == 1
    assert found.low[0] <= found.difference[0] <= found.high[0]
    assert worse.outfits.tolist() == [2, 1]
