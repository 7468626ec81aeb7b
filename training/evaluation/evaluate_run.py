"""Judge a finished run like a referee: against what is trivial, with intervals, calibration too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from training.arrays import Probabilities
from training.evaluation.baseline import SmallNetwork, by_source, majority, small_network
from training.evaluation.compare import compare
from training.evaluation.crossfit import cross_fit
from training.evaluation.evaluate import evaluate, share, top_confusions
from training.evaluation.finished import FinishedRun, open_finished
from training.evaluation.gate import judge_gate
from training.evaluation.left_out import judge_left_out
from training.evaluation.reliability import calibration, not_sure
from training.evaluation.sets import cross_fitted_sets
from training.runs import LEFT_OUT
from training.writing import replace_text

EVALUATION = "evaluation.json"
Say = Callable[[str], None]


def evaluate_run(
    folder: Path, say: Say = print, network: SmallNetwork | None = None, *, small: bool = True
) -> dict[str, Any]:
    """Evaluate the run on its validation photos, write ``evaluation.json`` into it, return it.

    Side by side: chance, the majority style, what the source alone gives away, a small CNN from
    scratch (``network`` changes it, ``small`` False leaves it out), and the model. Plain JSON
    types. Raises TrainingError for a folder that is no finished run.
    """
    run = open_finished(folder)
    cnn = small_network(run, network or SmallNetwork(), say) if small else None
    source = by_source(run)
    model = _judged(run, run.probabilities)
    crossed = cross_fit(run.logits, run.labels)
    left = judge_left_out(run.run) if (folder / LEFT_OUT).is_file() else None
    evaluation = {
        "made": datetime.now(UTC).date().isoformat(),
        "run": run.name,
        "taxonomy": run.taxonomy.id,
        "photos": _photos(run),
        "chance": _chance(run),
        "majority": _judged(run, majority(run)),
        "by_source": _judged(run, source),
        "small_cnn": None if cnn is None else _judged(run, cnn),
        "model": model,
        "left_out": left,
        "gate": judge_gate(run.run),
        "sets": cross_fitted_sets(run.probabilities, run.labels, run.sources, run.run.recipe.sets),
        "model_minus_source": _difference(run, source),
        "model_minus_small_cnn": None if cnn is None else _difference(run, cnn),
        "calibration": calibration(run, crossed),
        "not_sure": not_sure(run, crossed, left["threshold"] if left else None),
        "confusions": top_confusions(model["confusion"], run.taxonomy.ids),
        "cells": _cells(run),
    }
    replace_text(folder / EVALUATION, json.dumps(evaluation, indent=1, ensure_ascii=False) + "\n")
    return evaluation


def summary(evaluation: dict[str, Any]) -> list[str]:
    """The evaluation in a few lines for a terminal."""
    names = ("chance", "majority", "by_source", "small_cnn", "model")
    calibration, sure = evaluation["calibration"], evaluation["not_sure"]["chosen"]
    return [
        f"{'':12}{'top-1':>16}{'top-2':>8}{'top-3':>8}{'macro recall':>14}{'macro F1':>10}",
        *(_line(name, evaluation[name]) for name in names if evaluation[name]),
        f"ECE {calibration['before']['ece']:.3f} before temperature,"
        f" {calibration['after']['ece']:.3f} after, {calibration['cross_fitted']['ece']:.3f} when"
        " the temperature is fitted on other photos.",
        f"Sets hold the right style in {evaluation['sets']['coverage']['value']:.1%}, mean size"
        f" {evaluation['sets']['size']:.2f}.",
        *_gate_line(evaluation["gate"]),
        f"Sure about {sure['coverage']:.1%} of the photos, right in {sure['accuracy']:.1%} of those"
        f" (threshold {sure['threshold']:.2f}).",
    ]


def _gate_line(gate: dict[str, Any] | None) -> list[str]:
    if gate is None:
        return []
    return [
        f"The gate turns {gate['turned_away']['value']:.1%} of the photos without an outfit away,"
        f" and {gate['outfits_lost']['value']:.1%} of the outfits (AUROC {gate['auroc']:.4f})."
    ]


def _line(name: str, metrics: dict[str, Any]) -> str:
    top1 = metrics["top1"]
    interval = f"{top1['value']:.1%} ({100 * top1['low']:.0f}-{100 * top1['high']:.0f})"
    return (
        f"{name:12}{interval:>16}{metrics['top2']['value']:8.1%}{metrics['top3']['value']:8.1%}"
        f"{metrics['macro_recall']:14.1%}{metrics['macro_f1']:10.1%}"
    )


def _judged(run: FinishedRun, probabilities: Probabilities) -> dict[str, Any]:
    return evaluate(probabilities, run.labels, run.taxonomy.ids, run.sources)


def _difference(run: FinishedRun, other: Probabilities) -> dict[str, Any]:
    model = run.probabilities.argmax(axis=1)
    return compare(model, other.argmax(axis=1), run.labels, len(run.taxonomy.styles))


def _photos(run: FinishedRun) -> dict[str, Any]:
    splits = {"train": run.train, "val": run.val}

    def counts(attribute: str) -> dict[str, dict[str, int]]:
        counted = {
            split: Counter(getattr(photo, attribute) for photo in photos)
            for split, photos in splits.items()
        }
        return {
            key: {split: counted[split][key] for split in splits}
            for key in sorted({key for counter in counted.values() for key in counter})
        }

    return {
        **{split: len(photos) for split, photos in splits.items()},
        "per_style": counts("style"),
        "per_source": counts("source"),
    }


def _chance(run: FinishedRun) -> dict[str, Any]:
    """What guessing every style equally often is worth, expected over many guesses."""
    classes = len(run.taxonomy.styles)
    counts = np.bincount(run.labels, minlength=classes)
    shares = counts[counts > 0] / counts.sum()
    tops = {f"top{count}": round(min(count / classes, 1.0), 4) for count in (1, 2, 3)}
    return {
        **{name: {"value": top, "low": top, "high": top} for name, top in tops.items()},
        "macro_recall": tops["top1"],
        "macro_f1": round(float(np.mean(2 * shares / classes / (shares + 1 / classes))), 4),
    }


def _cells(run: FinishedRun) -> list[dict[str, Any]]:
    """Each source's share of right answers by style: where one style is easy in one source only."""
    top = run.logits.argmax(axis=1)
    origin = np.array(run.sources)
    pairs = sorted(set(zip(run.sources, run.labels.tolist(), strict=True)))
    return [
        {
            "source": source,
            "style": run.taxonomy.ids[label],
            **share((top == run.labels)[(origin == source) & (run.labels == label)]),
        }
        for source, label in pairs
    ]
