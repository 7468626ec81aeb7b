"""`python -m benchmarks.replay`: does an answer that learns from a person get better for them?

    python -m benchmarks.replay --photos DIR

Simulated persons (`benchmarks.replay.persons`) wear labelled photos that trained no model. The
photos are halved: weights are learnt on persons of one half and judged on those of the other, so
that neither a person nor a photo is in both. Prints, as Markdown: accuracy, log loss and
calibration error with and without each part; the same by how much a person had told, and by kind of
person; and the weights learnt on all of them, which are those that ship.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.replay import black_box
from benchmarks.replay.learning import Walked, learnt, of_both, of_looks, of_shares
from benchmarks.replay.persons import OUTFITS, Persons, simulated
from benchmarks.replay.photos import Seen, halved, seen_by_starter
from classifier.personalization.adaptation import Floats
from classifier.personalization.histories import History, Labels
from classifier.personalization.report import by_told, of_parts, of_some
from classifier.personalization.weights import NOTHING, Weights

PERSONS = 100
"""Of each half."""
KINDS = (
    "whose mixture drifts",
    "who call part of a style otherwise",
    "who are careless",
    "none of these",
)
ALONE, SHARES, BLACK_BOX, LOOKS, LABELS, BOTH, BOTH_LABELS = (
    "the model alone",
    "shares, by expectation maximisation",
    "shares, by the confusion matrix",
    "looks, by label less model",
    "looks, by label alone",
    "both, by label less model",
    "both, by label alone",
)


def main() -> None:
    """Simulate, learn, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    folder = os.environ.get("FASI_REPLAY_PHOTOS")
    parser.add_argument(
        "--photos",
        type=Path,
        default=folder,
        required=not folder,
        metavar="DIR",
        help="with manifest.csv; only what its `split` keeps aside; else FASI_REPLAY_PHOTOS",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path.home() / ".cache" / "fasi",
        metavar="DIR",
        help="keeps what the starter says of the photos, not the photos",
    )
    parser.add_argument("--persons", type=int, default=PERSONS, help="of each half")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    seen = seen_by_starter(options.photos, options.cache)
    random = np.random.default_rng(options.seed)
    halves = halved(seen, random)
    persons = [simulated(seen, half, options.persons, random) for half in halves]
    walked = [Walked.of(_histories(each)) for each in persons]
    answers: dict[str, list[Floats]] = {}
    for learn, judge in ((1, 0), (0, 1)):
        found = _answers(seen, halves[learn], walked[learn], walked[judge])
        for name, said in found.items():
            answers.setdefault(name, []).extend(said)
    histories = [each for side in walked for each in side.histories]
    _print(seen, answers, histories, persons)
    everybody = walked[0].with_those_of(walked[1])
    for label_alone in (False, True):
        weights = learnt(everybody, of_both(), label_alone=label_alone)
        print(f"Learnt on all of them, label alone {label_alone}: {weights}")


def _histories(persons: Persons) -> list[History]:
    came = np.arange(OUTFITS, dtype=float)
    return [
        History(said, looks @ looks.T, told, own, came, came + 0.5)
        for said, looks, told, own in zip(
            persons.probabilities, persons.embeddings, persons.told, persons.own, strict=True
        )
    ]


def _answers(seen: Seen, photos: Labels, learn: Walked, judge: Walked) -> dict[str, Floats]:
    """What is said of the second's outfits, [P, T, C], with what is learnt on the first's.

    `photos` are those of the first.
    """

    def by(candidates: list[Weights], *, label_alone: bool = False) -> Floats:
        weights = learnt(learn, candidates, label_alone=label_alone)
        print(f"Learnt on one half: {weights}", file=sys.stderr)
        return judge.answers(weights, label_alone=label_alone)

    return {
        ALONE: judge.answers(NOTHING),
        SHARES: by(of_shares()),
        BLACK_BOX: black_box.answers(seen, photos, learn.histories, judge.histories),
        LOOKS: by(of_looks()),
        LABELS: by(of_looks(), label_alone=True),
        BOTH: by(of_both()),
        BOTH_LABELS: by(of_both(), label_alone=True),
    }


def _print(
    seen: Seen,
    answers: dict[str, list[Floats]],
    histories: Sequence[History],
    persons: Sequence[Persons],
) -> None:
    own = [each.own for each in histories]
    right = (seen.probabilities.argmax(axis=1) == seen.labels).mean()
    told = np.mean([(each.told >= 0).mean() for each in persons])
    print(
        f"{len(seen.labels)} photos kept aside (the model names {right:.1%} as they are labelled);"
        f" {len(own)} persons with {OUTFITS} outfits, told of {told:.0%}\n"
    )
    print(of_parts(answers, own), end="\n\n")
    compared = answers[BOTH], answers[ALONE], own
    print(of_some("told of before", by_told(histories), *compared), end="\n\n")
    kinds = np.concatenate([each.kinds for each in persons]).astype(bool)
    kinds = np.column_stack([kinds, ~kinds.any(axis=1)])
    of_kind = {
        name: [np.full(OUTFITS, is_one, np.bool_) for is_one in kinds[:, place]]
        for place, name in enumerate(KINDS)
    }
    print(of_some("persons", of_kind, *compared), end="\n\n")


if __name__ == "__main__":
    main()
