"""Ways to choose twenty items for a person: ours, through the code that ships, and plain ones.

What ours knows is what the site knows: of an outfit the style that the model names and its
embedding, of other people how many liked or hid an item.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.recommend.people import Person
from benchmarks.replay.photos import Seen
from classifier.personalization.ranking import (
    Candidate,
    RankingWeights,
    best,
    diversified,
    mixture,
)
from classifier.personalization.weights import CENTRES, FEWEST_PEOPLE, VARIED
from training.arrays import Floats, Labels

LIST = 20
Ranker = Callable[["Asked"], list[int]]


@dataclass(frozen=True)
class Asked:
    """One person and the items that they may be shown: places of photos.

    `popular` [N]: how other people like each photo. `seed`: for ties, and for what is random.
    """

    seen: Seen
    person: Person
    items: Labels
    popular: Floats
    seed: int

    @property
    def styles(self) -> Labels:
        """What the model names each photo: [N]."""
        return np.asarray(self.seen.probabilities.argmax(axis=1), np.int64)


def asked(
    seen: Seen, photos: Labels, people: Sequence[Person], random: np.random.Generator
) -> list[Asked]:
    """Each of these people, who share these photos."""
    liked = np.zeros(len(seen.labels))
    hidden = np.zeros(len(seen.labels))
    for person in people:
        liked[[*person.worn, *person.liked]] += 1
        hidden[person.hidden] += 1
    found = []
    for person in people:
        others_like, others_hide = liked.copy(), hidden.copy()
        others_like[[*person.worn, *person.liked]] -= 1
        others_hide[person.hidden] -= 1
        said = others_like + others_hide
        popular = np.where(said >= FEWEST_PEOPLE, (others_like - others_hide) / (said + 10), 0)
        gone = np.concatenate([person.worn, person.liked, person.hidden])
        items = photos[~np.isin(photos, gone)]
        found.append(Asked(seen, person, items, popular, int(random.integers(2**32))))
    return found


def at_random(question: Asked) -> list[int]:
    """Any."""
    chance = np.random.default_rng(question.seed)
    return [int(each) for each in chance.permutation(question.items)[:LIST]]


def popular(question: Asked) -> list[int]:
    """What others like most."""
    return _first(question, question.popular[question.items])


def nearest_neighbour(question: Asked) -> list[int]:
    """What looks most like any one outfit that was worn, or item that was liked."""
    seen, person = question.seen, question.person
    known = seen.embeddings[np.concatenate([person.worn, person.liked])]
    return _first(question, (seen.embeddings[question.items] @ known.T).max(axis=1))


def ours(weights: RankingWeights) -> Ranker:
    """What ships, with these weights."""

    def choose(question: Asked) -> list[int]:
        candidates, shares = facts(question, weights)
        return shown(question, candidates, shares, weights)

    return choose


def facts(
    question: Asked, weights: RankingWeights
) -> tuple[list[Candidate[int]], dict[str, float]]:
    """As `taste` and `candidates` get them from the database."""
    seen, person, styles = question.seen, question.person, question.styles
    known = np.concatenate([person.worn, person.liked])
    ages = np.arange(len(person.worn))[::-1]
    counts = np.concatenate([0.5 ** (ages / weights.half_life), np.ones(len(person.liked))])
    worn = {int(each): float(counts[styles[known] == each].sum()) for each in set(styles[known])}
    first = sorted(worn, key=lambda each: -worn[each])[:CENTRES]
    means = [seen.embeddings[known[styles[known] == each]].mean(axis=0) for each in first]
    centres = np.stack(means)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    looks = seen.embeddings[question.items]
    columns = zip(
        question.items,
        (looks @ centres.T).max(axis=1),
        (looks @ seen.embeddings[person.liked].T).max(axis=1),
        (looks @ seen.embeddings[person.hidden].T).max(axis=1, initial=0),
        question.popular[question.items],
        strict=True,
    )
    candidates = [
        Candidate(int(item), str(styles[item]), *(float(each) for each in of_it))
        for item, *of_it in columns
    ]
    names = [str(each) for each in range(len(seen.styles))]
    by_name = {str(each): counted for each, counted in worn.items()}
    return candidates, mixture(by_name, names, weights.strength)


def shown(
    question: Asked,
    candidates: Sequence[Candidate[int]],
    shares: dict[str, float],
    weights: RankingWeights,
) -> list[int]:
    """The list, from facts that are there already."""
    chosen = best(candidates, shares, weights, VARIED)
    items = [each.item for each, _ in chosen]
    scores = [scored for _, scored in chosen]
    if not weights.diversity:
        return items[:LIST]
    looks = question.seen.embeddings[items]
    cosines = (looks @ looks.T).tolist()
    return [items[place] for place in diversified(scores, cosines, weights.diversity, LIST)]


def _first(question: Asked, scores: Floats) -> list[int]:
    """Those with the highest scores; chance decides between equal ones."""
    order = np.lexsort((np.random.default_rng(question.seed).random(len(scores)), -scores))
    return [int(each) for each in question.items[order[:LIST]]]
