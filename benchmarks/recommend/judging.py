"""How good lists are, as recommenders are judged, with intervals over persons.

Recall and NDCG at 20 (Järvelin and Kekäläinen 2002, "Cumulated gain-based evaluation of IR
techniques", TOIS) say whether what a person wears next is in the list, and far up. Coverage is the
share of the catalogue that anybody is shown, diversity the mean of one less the cosine of two items
of a list (Ziegler et al. 2005, "Improving recommendation lists through topic diversification",
WWW): a list may be right and still show twenty times the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.recommend.rankers import LIST, Asked
from training.arrays import Floats

RESAMPLES = 1_000
_DISCOUNTS = 1 / np.log2(np.arange(2, LIST + 2))


@dataclass(frozen=True)
class Judged:
    """Of each person: recall, NDCG and diversity of their list; and the lists."""

    recall: Floats
    ndcg: Floats
    diversity: Floats
    lists: Sequence[Sequence[int]]
    catalogue: int

    @classmethod
    def of(cls, questions: Sequence[Asked], lists: Sequence[Sequence[int]]) -> "Judged":
        """The list of each person against what they wear next."""
        rows = [_judged(question, each) for question, each in zip(questions, lists, strict=True)]
        recall, ndcg, diversity = np.array(rows).T
        items = {int(item) for question in questions for item in question.items}
        return cls(recall, ndcg, diversity, lists, len(items))

    def coverage(self, people: Sequence[int]) -> float:
        """The share of the catalogue that these people are shown."""
        return len({item for place in people for item in self.lists[place]}) / self.catalogue


def ndcg(question: Asked, shown: Sequence[int]) -> float:
    """Normalised discounted cumulative gain at 20."""
    right = np.isin(shown, question.person.relevant)
    best = _DISCOUNTS[: min(LIST, len(question.person.relevant))].sum()
    return float((right * _DISCOUNTS[: len(shown)]).sum() / best)


def _judged(question: Asked, shown: Sequence[int]) -> tuple[float, float, float]:
    relevant = question.person.relevant
    looks = question.seen.embeddings[list(shown)]
    pairs = np.triu_indices(len(shown), 1)
    return (
        float(np.isin(relevant, shown).mean()),
        ndcg(question, shown),
        float(1 - (looks @ looks.T)[pairs].mean()),
    )


def table(judged: Mapping[str, Judged], ours: str, chosen: Sequence[int]) -> str:
    """Markdown: a line for each way to choose, for the persons at these places.

    Differences are to `ours`, person by person.
    """
    lines = [
        "| chosen by | recall@20 | NDCG@20 | difference | coverage | diversity |",
        "|---|---|---|---|---|---|",
    ]
    random = np.random.default_rng(0)
    samples = random.choice(np.asarray(chosen), (RESAMPLES, len(chosen)))
    for name, found in judged.items():
        cells = [
            _cell(values[list(chosen)].mean(), values[samples].mean(axis=1))
            for values in (found.recall, found.ndcg)
        ]
        less = found.ndcg - judged[ours].ndcg
        less_resampled = less[samples].mean(axis=1)
        cells.append("" if name == ours else _cell(less[list(chosen)].mean(), less_resampled, "+"))
        # A sample has fewer persons than there are, so it covers less: no interval.
        cells.append(f"{100 * found.coverage(chosen):.0f} %")
        spread = found.diversity
        cells.append(_cell(spread[list(chosen)].mean(), spread[samples].mean(axis=1)))
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return "\n".join(lines)


def _cell(value: float, resampled: Floats, sign: str = "") -> str:
    low, high = np.percentile(resampled, (2.5, 97.5))
    return f"{value:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"
