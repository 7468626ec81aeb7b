"""What the model is worth on photos from a source it does not know.

In turn each source is left out: a head is fitted on the frozen features of all others and judged on
that one. Accuracy on known sources flatters a model, because style and source go together.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from training.arrays import Floats, Labels, Probabilities
from training.evaluation.calibrate import (
    SURE_ACCURACY,
    Threshold,
    calibrated,
    choose_threshold,
    expected_calibration_error,
    log_loss,
)
from training.evaluation.evaluate import share
from training.model.head import Examples, fit_head
from training.runs import LEFT_OUT, Run
from training.writing import replace_text

LEFT_OUT_EVALUATION = "left_out.json"


@dataclass(frozen=True)
class LeftOut:
    """What heads without a photo's source say of it.

    ``logits`` [N, C] before temperature, ``labels`` [N], ``sources`` [N]. ``chosen``: the sources
    whose photos choose temperature and threshold.
    """

    logits: Floats
    labels: Labels
    sources: tuple[str, ...]
    chosen: frozenset[str]

    def of(self, sources: Collection[str]) -> LeftOut:
        """The photos of these sources only."""
        places = [place for place, source in enumerate(self.sources) if source in sources]
        kept = tuple(self.sources[place] for place in places)
        return LeftOut(self.logits[places], self.labels[places], kept, self.chosen)


def left_out_logits(
    examples: Examples, sources: Sequence[str], classes: int, decay: float, balance: float
) -> Floats:
    """The logits [N, C] of each photo by a head that was fitted on the photos of other sources.

    With one source only there is no such head, and the answer is all zeros.
    """
    origin = np.asarray(sources)
    logits = np.zeros((len(origin), classes), np.float32)
    for source in np.unique(origin):
        out = origin == source
        if out.all():
            break
        rest = fit_head(examples.part(~out), classes, decay, balance)
        logits[out] = rest.logits(examples.features[out])
    return logits


def read_left_out(run: Run) -> LeftOut:
    """What the run has written down; raises TrainingError when it is not that far.

    Sources that the recipe names but the photos do not have are passed over; where none is left,
    and where none is named, all choose.
    """
    arrays, sources = run.arrays(LEFT_OUT), run.sources
    named = frozenset(run.recipe.left_out.calibrate) & frozenset(sources)
    return LeftOut(arrays["logits"], arrays["labels"], sources, named or frozenset(sources))


def shared_temperature(left: LeftOut) -> float:
    """The divisor of the logits that suits sources that were left out, each counting the same.

    Temperature scaling (Guo et al. 2017, https://arxiv.org/abs/1706.04599) on photos of sources
    that the head has not seen: fitted on known ones it would promise strangers too much.
    """
    chosen = left.of(left.chosen)
    parts = [chosen.of({source}) for source in sorted(left.chosen)]

    def loss(log_temperature: float) -> float:
        temperature = float(np.exp(log_temperature))
        return float(
            np.mean([log_loss(calibrated(part.logits, temperature), part.labels) for part in parts])
        )

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def left_out_threshold(left: LeftOut, temperature: float) -> Threshold:
    """Where *not sure* ends, chosen on the sources that were left out."""
    chosen = left.of(left.chosen)
    return choose_threshold(calibrated(chosen.logits, temperature), chosen.labels)


def judge_left_out(run: Run) -> dict[str, Any]:
    """Accuracy, calibration and share decided of each source that was left out; plain JSON types.

    ``as_served`` has the run's temperature and threshold, which the chosen sources chose;
    ``cross_fitted`` those that the other chosen sources would choose for each.
    """
    left = read_left_out(run)
    temperature = float(run.arrays("fitted.npz")["temperature"])
    threshold = left_out_threshold(left, temperature)
    served = calibrated(left.logits, temperature)
    crossed, sure = _cross_fitted(left)
    origin = np.asarray(left.sources)
    sources = sorted(set(left.sources))
    right = served.argmax(axis=1) == left.labels
    chosen = np.isin(origin, sorted(left.chosen))
    return {
        "chosen_on": sorted(left.chosen),
        "temperature": round(temperature, 4),
        "threshold": threshold.value,
        "target": SURE_ACCURACY,
        "mean_of_sources": _mean([right[origin == source].mean() for source in sources]),
        "mean_of_chosen": _mean([right[origin == source].mean() for source in sorted(left.chosen)]),
        "photos": share(right),
        "ece_as_served": _ece(served[chosen], left.labels[chosen]),
        "ece_cross_fitted": _ece(crossed[chosen], left.labels[chosen]),
        "ece_all_sources": _ece(served, left.labels),
        "decided": {"share": round(threshold.coverage, 4), "right": round(threshold.accuracy, 4)},
        "decided_cross_fitted": {
            "share": share(sure[chosen]),
            "right": share(right[chosen & sure]),
        },
        "per_source": {
            source: {
                "accuracy": share(right[origin == source]),
                "ece": _ece(served[origin == source], left.labels[origin == source]),
                "decided": share(served[origin == source].max(axis=1) >= threshold.value),
            }
            for source in sources
        },
    }


def evaluate_left_out(run: Run) -> dict[str, Any]:
    """Judge the run by sources that were left out and write ``left_out.json`` into it."""
    judged = judge_left_out(run)
    replace_text(run.folder / LEFT_OUT_EVALUATION, json.dumps(judged, indent=1) + "\n")
    return judged


def left_out_summary(judged: dict[str, Any]) -> list[str]:
    """The evaluation in a few lines for a terminal."""
    lines = [f"{'left out':16}{'photos':>8}{'right':>8}{'ECE':>8}{'decided':>9}"]
    for source, result in judged["per_source"].items():
        accuracy = result["accuracy"]
        lines.append(
            f"{source:16}{accuracy['n']:8}{accuracy['value']:8.1%}{result['ece']:8.3f}"
            f"{result['decided']['value']:9.1%}"
        )
    return [
        *lines,
        f"Mean of the sources {judged['mean_of_sources']:.1%}; of those that chose temperature and"
        f" threshold {judged['mean_of_chosen']:.1%}, with ECE {judged['ece_as_served']:.3f}"
        f" ({judged['ece_cross_fitted']:.3f} when the other sources choose).",
    ]


def _cross_fitted(left: LeftOut) -> tuple[Probabilities, Any]:
    """Probabilities and which answers are given, by what the other chosen sources would choose."""
    probabilities = calibrated(left.logits, 1.0)
    sure = np.ones(len(left.labels), bool)
    origin = np.asarray(left.sources)
    for source in sorted(left.chosen):
        rest = left.chosen - {source}
        if not rest:
            break
        others = LeftOut(left.logits, left.labels, left.sources, rest)
        temperature = shared_temperature(others)
        out = origin == source
        probabilities[out] = calibrated(left.logits[out], temperature)
        sure[out] = probabilities[out].max(axis=1) >= left_out_threshold(others, temperature).value
    return probabilities, sure


def _ece(probabilities: Probabilities, labels: Labels) -> float:
    return round(expected_calibration_error(probabilities, labels), 4)


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)
