"""Which items of the catalogue a person is shown, and in which order: pure, without NumPy.

What speaks for an item is added up (`score`). A list of the best alone would be twenty times the
same coat, so each further item is the one that is good and unlike those before it: maximal marginal
relevance (Carbonell and Goldstein 1998, "The use of MMR, diversity-based reranking for reordering
documents and producing summaries", SIGIR).

How much each part counts is learnt by `python -m benchmarks.recommend`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class RankingWeights:
    """What the parts are multiplied by; 0 leaves one out.

    `style`: how often the person wears the item's style. `look`: the cosine to how they wear the
    style that it looks most like. `liked`, `hidden`: the cosine to the nearest item that they said
    so of. `popular`: how other people like it. `diversity`: from 0 to 1, how much an item's
    likeness to those before it counts against it.

    `strength`: outfits in equal parts that every mixture of styles begins with. `half_life`: after
    so many further outfits an outfit counts half.
    """

    style: float
    look: float
    liked: float
    hidden: float
    popular: float
    diversity: float
    strength: float = 2
    half_life: float = 20


@dataclass(frozen=True)
class Candidate(Generic[Item]):
    """An item with what is known of it for one person; cosines are 0 where there is nothing."""

    item: Item
    style: str
    look: float = 0
    liked: float = 0
    hidden: float = 0
    popular: float = 0


def mixture(worn: Mapping[str, float], styles: Sequence[str], strength: float) -> dict[str, float]:
    """The share of each of the styles, from how much each was worn, with a Dirichlet prior."""
    total = sum(worn.get(style, 0) for style in styles) + strength
    return {style: (worn.get(style, 0) + strength / len(styles)) / total for style in styles}


def score(
    candidate: Candidate[Item], shares: Mapping[str, float], weights: RankingWeights
) -> float:
    """How much speaks for it. What looks unlike counts as little as what looks like nothing."""
    return (
        weights.style * shares.get(candidate.style, 0)
        + weights.look * max(0, candidate.look)
        + weights.liked * max(0, candidate.liked)
        - weights.hidden * max(0, candidate.hidden)
        + weights.popular * candidate.popular
    )


def best(
    candidates: Sequence[Candidate[Item]],
    shares: Mapping[str, float],
    weights: RankingWeights,
    count: int,
) -> list[tuple[Candidate[Item], float]]:
    """The `count` for which most speaks, with how much that is, the best first."""
    scored = [(each, score(each, shares, weights)) for each in candidates]
    return sorted(scored, key=lambda pair: -pair[1])[:count]


def diversified(
    scores: Sequence[float], cosines: Sequence[Sequence[float]], diversity: float, count: int
) -> list[int]:
    """The places of `count` items in the order in which they are shown.

    `cosines` are those between all of them, in the order of their scores.
    """
    left = set(range(len(scores)))
    likeness = [0.0] * len(scores)
    chosen: list[int] = []
    while left and len(chosen) < count:
        place = max(left, key=lambda n: ((1 - diversity) * scores[n] - diversity * likeness[n], -n))
        left.remove(place)
        chosen.append(place)
        row = cosines[place]
        for other in left:
            likeness[other] = max(likeness[other], row[other])
    return chosen
