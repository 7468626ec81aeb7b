"""Persons for whom it is known what they would wear next, and the catalogue that holds it.

Everybody wears a mixture of a few styles, and for half of them it drifts (`benchmarks.replay`).
Half of them have a look besides: of each style they wear only photos on one side of a direction of
their own through the embeddings. That is a taste which the embedding can tell by construction, so
both kinds of persons are told of apart.

What they wear first is their history. Of what they wear next, some are items that they liked, and
the rest are the right answers, hidden among all the photos of the half that they have not worn.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.replay.persons import wardrobe
from benchmarks.replay.photos import Seen
from training.arrays import Labels

WORN, LIKED, HIDDEN, RELEVANT = 20, 3, 3, 10
DRIFTING, WITH_A_LOOK = 0.5, 0.5


@dataclass(frozen=True)
class Person:
    """Places of photos: a history, the newest last; likes, hides; and what is worn next."""

    worn: Labels
    liked: Labels
    hidden: Labels
    relevant: Labels
    has_a_look: bool


def made_up(seen: Seen, photos: Labels, count: int, random: np.random.Generator) -> list[Person]:
    """So many persons who wear these photos, given by their places."""
    return [_person(seen, photos, random) for _ in range(count)]


def _person(seen: Seen, photos: Labels, random: np.random.Generator) -> Person:
    drifts, has_a_look = random.random(2) < (DRIFTING, WITH_A_LOOK)
    of_theirs = _one_side(seen, photos, random) if has_a_look else photos
    outfits = wardrobe(
        seen, of_theirs, random, drifts=bool(drifts), outfits=WORN + LIKED + RELEVANT
    )
    others = photos[~np.isin(seen.labels[photos], seen.labels[outfits])]
    return Person(
        worn=outfits[:WORN],
        liked=outfits[WORN : WORN + LIKED],
        hidden=random.choice(others, min(HIDDEN, len(others)), replace=False),
        relevant=outfits[WORN + LIKED :],
        has_a_look=bool(has_a_look),
    )


def _one_side(seen: Seen, photos: Labels, random: np.random.Generator) -> Labels:
    side = seen.embeddings[photos] @ random.normal(size=seen.embeddings.shape[1])
    labels = seen.labels[photos]
    keep = np.zeros(len(photos), bool)
    for style in np.unique(labels):
        of_it = labels == style
        keep[of_it] = side[of_it] >= np.median(side[of_it])
    return photos[keep]
