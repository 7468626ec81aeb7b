"""Ranking: pure, so made-up numbers say what holds."""

import pytest

from classifier.personalization.ranking import (
    Candidate,
    RankingWeights,
    best,
    diversified,
    mixture,
    score,
)

ALL = RankingWeights(style=1, look=1, liked=1, hidden=1, popular=1, diversity=0.5)
SHARES = {"casual": 0.8, "boho": 0.2}


def test_a_mixture_adds_up_and_few_outfits_say_little() -> None:
    styles = ["casual", "boho", "formal"]
    shares = mixture({"casual": 1, "elsewhere": 9}, styles, strength=2)
    assert sum(shares.values()) == pytest.approx(1)
    assert 1 / 3 < shares["casual"] < 0.6
    assert mixture({"casual": 98}, styles, strength=2)["casual"] > 0.98
    assert list(mixture({}, styles, strength=2).values()) == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize("part", ["look", "liked", "popular"])
def test_each_part_speaks_for_an_item(part: str) -> None:
    plain = Candidate("x", "boho")
    better = Candidate("x", "boho", **{part: 0.5})
    assert score(better, SHARES, ALL) == pytest.approx(score(plain, SHARES, ALL) + 0.5)
    assert score(Candidate("x", "casual"), SHARES, ALL) > score(plain, SHARES, ALL)


def test_what_looks_like_something_hidden_comes_later() -> None:
    bad, good = Candidate("bad", "casual", hidden=0.9), Candidate("good", "casual", hidden=-0.9)
    assert [each.item for each, _ in best([bad, good], SHARES, ALL, 2)] == ["good", "bad"]
    assert [each.item for each, _ in best([bad, good], SHARES, ALL, 1)] == ["good"]
    assert score(good, SHARES, ALL) == score(Candidate("x", "casual"), SHARES, ALL)


def test_a_twin_of_what_is_shown_comes_later() -> None:
    scores = [1.0, 0.99, 0.7]
    cosines = [[1.0, 0.99, 0.0], [0.99, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert diversified(scores, cosines, 0.5, 3) == [0, 2, 1]
    assert diversified(scores, cosines, 0.0, 3) == [0, 1, 2]
    assert diversified(scores, cosines, 0.5, 2) == [0, 2]
    assert diversified([], [], 0.5, 5) == []
