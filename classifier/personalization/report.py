"""What a replay found, as Markdown tables: each way to answer beside the model alone."""

from collections.abc import Mapping, Sequence

import numpy as np

from classifier.personalization.adaptation import Floats
from classifier.personalization.histories import Flags, History, Labels
from classifier.personalization.measures import Compared, Sums, compared

TOLD = ((0, 0), (1, 2), (3, 5), (6, 9), (10, 19), (20, 10_000))
_HEADER = (
    "| {title} | outfits | accuracy | difference | log loss | difference | ECE | difference |\n"
    "|---|---|---|---|---|---|---|---|"
)


def of_parts(answers: Mapping[str, Sequence[Floats]], own: Sequence[Labels]) -> str:
    """A line for each way to answer; the first is what the others are held against.

    `answers` has [T, C] of each person, `own` what is right [T], -1 where nobody knows.
    """
    alone = Sums.of(next(iter(answers.values())), own)
    lines = [_line(name, Sums.of(said, own), alone) for name, said in answers.items()]
    return "\n".join([_HEADER.format(title="answers"), *lines])


def of_some(
    title: str,
    chosen: Mapping[str, Sequence[Flags]],
    adapted: Sequence[Floats],
    alone: Sequence[Floats],
    own: Sequence[Labels],
) -> str:
    """A line for each choice of outfits (true [T] of each person): adapted beside the model."""
    lines = []
    for name, which in chosen.items():
        some = [np.where(each, right, -1) for each, right in zip(which, own, strict=True)]
        sums = Sums.of(adapted, some)
        if sums.outfits.any():
            lines.append(_line(name, sums, Sums.of(alone, some)))
    return "\n".join([_HEADER.format(title=title), *lines])


def by_told(histories: Sequence[History]) -> dict[str, list[Flags]]:
    """The outfits by how many others had been told of when they came, for `of_some`."""
    before = [each.told_before for each in histories]
    names = [str(low) if low == high else f"{low} to {high}" for low, high in TOLD]
    names[-1] = f"{TOLD[-1][0]} and more"
    return {
        name: [(low <= each) & (each <= high) for each in before]
        for name, (low, high) in zip(names, TOLD, strict=True)
    }


def _line(name: str, sums: Sums, other: Sums) -> str:
    """Points of a hundred for shares, nats for the loss."""
    found = compared(sums, other)
    cells = [name, f"{sums.outfits.sum():,.0f}"]
    for place, (unit, digits) in enumerate(((100, 1), (1, 3), (100, 1))):
        cells.append(f"{unit * found.scores[place]:.{digits}f}")
        cells.append(
            "" if sums is other or not found.differs else _difference(found, place, unit, digits)
        )
    return "| " + " | ".join(cells) + " |"


def _difference(found: Compared, place: int, unit: int, digits: int) -> str:
    difference, low, high = (
        unit * each[place] for each in (found.difference, found.low, found.high)
    )
    return f"{difference:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
