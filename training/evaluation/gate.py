"""Where the gate closes, and how much of what it shall turn away it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata

from inference.calibration import KINDS, OUTFIT
from training.arrays import Floats, Probabilities
from training.evaluation.evaluate import share
from training.runs import GATE, Run


def choose_gate_threshold(outfits: Probabilities, lost: float) -> float:
    """The highest threshold that turns at most the share ``lost`` of the outfits away.

    ``outfits`` [N] are the probabilities of *outfit* of photos that show one. Four decimals.
    """
    ordered = np.sort(np.floor(outfits.astype(np.float64) * 1e4) / 1e4)
    return float(ordered[min(int(lost * len(ordered)), len(ordered) - 1)])


def gate_metrics(
    outfits: Probabilities,
    others: Probabilities,
    sources: Sequence[str],
    names: Sequence[str],
    threshold: float,
) -> dict[str, Any]:
    """What the gate does at ``threshold``, as plain JSON types.

    ``outfits`` [N, kinds] with their ``sources``, ``others`` [M, kinds] with what the data calls
    their kind. Each shall be judged by a gate that has not seen its source.
    """
    place = KINDS.index(OUTFIT)
    lost, away = outfits[:, place] < threshold, others[:, place] < threshold
    origin, name = np.asarray(sources), np.asarray(names)
    return {
        "turned_away": share(away),
        "per_kind": {kind: share(away[name == kind]) for kind in sorted(set(names))},
        "outfits_lost": share(lost),
        "outfits_lost_per_source": {
            source: share(lost[origin == source]) for source in sorted(set(sources))
        },
        "auroc": round(auroc(outfits[:, place], others[:, place]), 5),
    }


def judge_gate(run: Run) -> dict[str, Any] | None:
    """The threshold that the run's recipe asks for and what it does; None where there is no gate.

    TrainingError when the run is not that far.
    """
    if not run.others:
        return None
    said = run.arrays(GATE)
    threshold = choose_gate_threshold(said["outfits"][:, KINDS.index(OUTFIT)], run.recipe.gate.lost)
    names = [photo.style for photo in run.others]
    judged = gate_metrics(said["outfits"], said["others"], run.sources, names, threshold)
    return {"threshold": threshold, **judged}


def auroc(positive: Floats | Probabilities, negative: Floats | Probabilities) -> float:
    """How often a positive has the higher score than a negative, a tie counting half."""
    ranks = rankdata(np.concatenate([positive, negative]))
    count = len(positive)
    return float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(negative)))
