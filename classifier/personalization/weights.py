"""How much each part of the adaptation counts: learnt by `python -m benchmarks.replay`."""

from dataclasses import dataclass, replace

from classifier.personalization.ranking import RankingWeights


@dataclass(frozen=True)
class Weights:
    """`shares` and `looks`: what the two parts are multiplied by; 0 leaves one out.

    `strength`: outfits that the Dirichlet prior counts. `half_life`: after so many further outfits
    an outfit counts half among the shares. `sharpness`: how fast an outfit that was told of counts
    less as looks differ.
    """

    shares: float
    strength: float
    half_life: float
    looks: float
    sharpness: float


WEIGHTS = Weights(shares=0.5, strength=2, half_life=10, looks=2, sharpness=3)
CENTRES = 4
"""Styles of which the way somebody wears them counts."""
VARIED = 60
"""The best items, of which a list is made."""
FEWEST_PEOPLE = 5
"""Who said something of an item, before it counts for others."""
FEWEST = 3
"""Outfits that a person told of before their answers adapt."""
NEAR = 0.7
"""The cosine from which two outfits are called similar."""
NOTHING = Weights(shares=0, strength=1, half_life=30, looks=0, sharpness=1)
RANKING = RankingWeights(
    style=4, look=1, liked=0.25, hidden=0.5, popular=1, diversity=0.5, strength=5, half_life=5
)
"""Of what people are suggested: learnt by `python -m benchmarks.recommend`."""
ON_TRIAL = {
    "style": replace(RANKING, look=0, liked=0),
    "popular": replace(RANKING, style=0, look=0, liked=0, popular=1),
}
"""Other rankings, by the name that FASI_SUGGESTION_TRIAL has for them."""
