"""Simulated persons: what they wear, what they would call it, and what they tell the site.

Everybody wears a mixture of a few styles; for some it drifts to another one. Some call part of a
style by another name, always. Some are careless: what they tell is sometimes neither. All of it is
drawn from photos that trained no model, each at most once for one person.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.replay.photos import Seen
from training.arrays import Floats, Labels

OUTFITS = 60
"""Of each history: half of the photos kept aside are not many more."""
CONCENTRATION = 0.25
"""Of the Dirichlet distribution that mixtures are drawn from: two or three styles each."""
DRIFTING, DISAGREEING, CARELESS = 0.5, 0.5, 0.25
"""Shares of persons."""
CARELESSNESS = 0.2
"""How much of what careless persons tell is wrong in their own eyes."""


@dataclass(frozen=True)
class Persons:
    """P histories of T outfits, oldest first.

    `probabilities` [P, T, C] and `embeddings` [P, T, E] are the starter's. `own` [P, T]: what the
    person would call it. `told` [P, T]: what they told the site after its answer, -1 for nothing.
    `kinds` [P, 3]: whether they drift, disagree, are careless.
    """

    probabilities: Floats
    embeddings: Floats
    own: Labels
    told: Labels
    kinds: Labels


def simulated(seen: Seen, photos: Labels, count: int, random: np.random.Generator) -> Persons:
    """`count` persons who wear these photos, given by their places."""
    made = [_person(seen, photos, random) for _ in range(count)]
    worn = np.stack([each[0] for each in made])
    return Persons(
        seen.probabilities[worn],
        seen.embeddings[worn],
        np.stack([each[1] for each in made]),
        np.stack([each[2] for each in made]),
        np.stack([each[3] for each in made]),
    )


def _person(
    seen: Seen, photos: Labels, random: np.random.Generator
) -> tuple[Labels, Labels, Labels, Labels]:
    kinds = random.random(3) < (DRIFTING, DISAGREEING, CARELESS)
    worn = wardrobe(seen, photos, random, drifts=bool(kinds[0]))
    own = seen.labels[worn].copy()
    if kinds[1]:
        own = _renamed(seen, worn, own, random)
    told = np.full(OUTFITS, -1)
    # Whoever says nothing of a wrong answer leaves no trace; agreeing is rarer than correcting.
    corrects = random.uniform(0.2, 0.9)
    agrees = corrects * random.uniform(0.1, 0.6)
    wrong = seen.probabilities[worn].argmax(axis=1) != own
    tells = random.random(OUTFITS) < np.where(wrong, corrects, agrees)
    told[tells] = own[tells]
    if kinds[2]:
        slips = tells & (random.random(OUTFITS) < CARELESSNESS)
        told[slips] = random.integers(0, len(seen.styles), int(slips.sum()))
    return worn, own, told, kinds.astype(int)


def wardrobe(
    seen: Seen,
    photos: Labels,
    random: np.random.Generator,
    *,
    drifts: bool,
    outfits: int = OUTFITS,
) -> Labels:
    """What one person wears of these photos, in order, each once: places."""
    styles = len(seen.styles)
    first = random.dirichlet([CONCENTRATION] * styles)
    last = random.dirichlet([CONCENTRATION] * styles) if drifts else first
    left = {
        style: list(random.permutation(photos[seen.labels[photos] == style]))
        for style in range(styles)
    }
    worn = []
    for step in np.linspace(0, 1, outfits):
        mixture = (1 - step) * first + step * last
        mixture = mixture * [bool(left[style]) for style in range(styles)] + 1e-9 * np.array(
            [bool(left[style]) for style in range(styles)]
        )
        style = random.choice(styles, p=mixture / mixture.sum())
        worn.append(left[style].pop())
    return np.array(worn)


def _renamed(seen: Seen, worn: Labels, own: Labels, random: np.random.Generator) -> Labels:
    """One of the styles that they wear most, or the half of it that looks one way, is another."""
    counts = np.bincount(own, minlength=len(seen.styles))
    style = random.choice(len(seen.styles), p=counts / counts.sum())
    # Nobody takes sportswear for ballgowns: the other name is one that the model finds likely.
    of_it = own == style
    likely = seen.probabilities[worn[of_it]].mean(axis=0)
    likely[style] = 0
    other = random.choice(len(seen.styles), p=likely / likely.sum())
    if random.random() < 0.5:
        direction = random.normal(size=seen.embeddings.shape[1])
        side = seen.embeddings[worn] @ direction
        of_it = of_it & (side > np.median(side[of_it]))
    return np.where(of_it, other, own)
