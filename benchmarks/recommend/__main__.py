"""`python -m benchmarks.recommend`: are suggestions better than plain ones?

    python -m benchmarks.recommend --photos DIR     # or FASI_REPLAY_PHOTOS=DIR

Photos that trained no model are halved, and so are the persons: weights are learnt on one half and
judged on the other. Prints, as Markdown, ours beside four plain ways to choose, ours without each
of its parts, and the same for persons who wear any photo of a style and for those who have a look;
then the weights learnt on all of them, which are those that ship.

`--persons 30` says about the same in a fifth of the time, with wider intervals. What is worked out
is kept in the cache step by step, so a run that was stopped goes on when it is started again.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from benchmarks.recommend.judging import Judged, table
from benchmarks.recommend.learning import BEGIN, DIVERSITIES, GRID, SWEEPS, learnt
from benchmarks.recommend.people import made_up
from benchmarks.recommend.rankers import (
    Asked,
    Ranker,
    asked,
    at_random,
    nearest_neighbour,
    ours,
    popular,
)
from benchmarks.recommend.stored import Stored
from benchmarks.replay.photos import halved, seen_by_starter
from classifier.personalization.ranking import RankingWeights

PERSONS = 150
"""Of each half."""


def main() -> None:
    """Simulate, learn, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    folder = os.environ.get("FASI_REPLAY_PHOTOS")
    parser.add_argument("--photos", type=Path, default=folder, required=not folder, metavar="DIR")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "fasi", metavar="DIR"
    )
    parser.add_argument("--persons", type=int, default=PERSONS, help="of each half")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seen = seen_by_starter(options.photos, options.cache)
    random = np.random.default_rng(options.seed)
    halves = []
    for photos in halved(seen, random):
        people = made_up(seen, photos, options.persons, random)
        halves.append(asked(seen, photos, people, random))
    stored = Stored(
        options.cache / "recommend.json",
        [options.persons, options.seed, seen.names, asdict(BEGIN), GRID, DIVERSITIES, SWEEPS],
    )
    lists: dict[str, list[list[int]]] = {}
    for learn, judge in ((1, 0), (0, 1)):
        weights = _learnt(stored, f"learnt on half {learn}", halves[learn])
        for name, choose in rankers(weights).items():
            lists.setdefault(name, []).extend(
                stored.step(f"{name}, half {judge}", _chosen(choose, halves[judge]), list)
            )
    questions = [*halves[0], *halves[1]]
    _print(questions, lists)
    print(f"\nLearnt on all of them: {_learnt(stored, 'learnt on all', questions)}")


def _learnt(stored: Stored, name: str, questions: Sequence[Asked]) -> RankingWeights:
    return stored.step(name, lambda: learnt(questions), lambda known: RankingWeights(**known))


def _chosen(choose: Ranker, questions: Sequence[Asked]) -> Callable[[], list[list[int]]]:
    return lambda: [choose(each) for each in questions]


def rankers(weights: RankingWeights) -> dict[str, Ranker]:
    """All ways to choose that are compared."""
    return {
        "chance": at_random,
        "what people like": popular,
        "style alone": ours(replace(weights, look=0, liked=0, hidden=0, popular=0, diversity=0)),
        "the nearest neighbour": nearest_neighbour,
        "ours": ours(weights),
        "ours, without style": ours(replace(weights, style=0)),
        "ours, without look": ours(replace(weights, look=0)),
        "ours, without likes": ours(replace(weights, liked=0)),
        "ours, without hides": ours(replace(weights, hidden=0)),
        "ours, without what people like": ours(replace(weights, popular=0)),
        "ours, without variety": ours(replace(weights, diversity=0)),
    }


def _print(questions: Sequence[Asked], lists: dict[str, list[list[int]]]) -> None:
    judged = {name: Judged.of(questions, each) for name, each in lists.items()}
    kinds = {
        "All": list(range(len(questions))),
        "Persons who wear any photo of their styles": [
            place for place, each in enumerate(questions) if not each.person.has_a_look
        ],
        "Persons who have a look": [
            place for place, each in enumerate(questions) if each.person.has_a_look
        ],
    }
    for title, chosen in kinds.items():
        print(f"\n{title}: {len(chosen)}\n")
        print(table(judged, "ours", chosen))


if __name__ == "__main__":
    main()
