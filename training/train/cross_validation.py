"""k-fold cross-validation: every photo is judged by a model that did not train on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from training.data.labelled import Dataset
from training.data.splits import folds
from training.errors import TrainingError
from training.evaluation.evaluate import evaluate, top_confusions
from training.evaluation.finished import FinishedRun, open_finished
from training.runs import Run, start_run
from training.train.fit import fit_run
from training.writing import replace_text

FOLDS_EVALUATION = "folds.json"
MEASURES = ("top1", "top2", "top3", "macro_recall", "macro_f1", "ece")


def cross_validate(
    run: Run, k: int, work: Path, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Fit the run's recipe on ``k`` folds of its photos, in ``RUN/folds``, and judge them together.

    Takes ``k`` times as long as the run did; killed and called again, it goes on. Returns and
    writes what ``evaluate_folds`` does.
    """
    folders = []
    for number, photos in enumerate(folds(run.photos, k, run.recipe.seed), start=1):
        folder = run.folder / "folds" / f"{number}-of-{k}"
        say(f"Fold {number} of {k}")
        fit_run(start_run(folder, run.recipe, Dataset(run.taxonomy, tuple(photos))), work, say)
        folders.append(folder)
    return evaluate_folds(folders, run.folder, say)


def evaluate_folds(
    folders: Sequence[Path], output: Path, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Mean and standard deviation over the folds, and all their photos as one evaluation.

    Every photo is judged by the run that did not train on it, with that run's own temperature.
    Writes ``folds.json`` into the folder ``output`` and says the numbers. Plain JSON types. Raises
    TrainingError for fewer than two folds, a run that is not finished, runs of different
    taxonomies, and a photo that two folds validate on.
    """
    runs = [open_finished(folder) for folder in folders]
    _check(runs)
    styles = runs[0].taxonomy.ids
    folds = [
        {"run": run.name, **evaluate(run.probabilities, run.labels, styles, run.sources)}
        for run in runs
    ]
    pooled = evaluate(
        np.concatenate([run.probabilities for run in runs]),
        np.concatenate([run.labels for run in runs]),
        styles,
        [source for run in runs for source in run.sources],
    )
    spread = {measure: _spread(folds, measure) for measure in MEASURES}
    evaluation = {
        "taxonomy": runs[0].taxonomy.id,
        "over_folds": spread,
        "pooled": pooled,
        "confusions": top_confusions(pooled["confusion"], styles),
        "folds": [
            {"run": fold["run"], "n": fold["n"]}
            | {measure: _value(fold, measure) for measure in MEASURES}
            for fold in folds
        ],
    }
    text = json.dumps(evaluation, indent=1, ensure_ascii=False) + "\n"
    replace_text(output / FOLDS_EVALUATION, text)
    for measure, value in spread.items():
        say(f"{measure:13}{value['mean']:.3f} ± {value['sd']:.3f} over {len(runs)} folds")
    return evaluation


def _check(runs: Sequence[FinishedRun]) -> None:
    if len(runs) < 2:
        raise TrainingError("Folds are at least two runs; name more of them.")
    for run in runs[1:]:
        if run.taxonomy != runs[0].taxonomy:
            raise TrainingError(
                f"{runs[0].folder} and {run.folder} have different taxonomies: they are no folds"
                " of one data set."
            )
    for first, second in combinations(runs, 2):
        shared = {photo.path for photo in first.val} & {photo.path for photo in second.val}
        if shared:
            raise TrainingError(
                f"{first.folder} and {second.folder} are both validated on {min(shared)}: they are"
                " no folds of one data set."
            )


def _value(metrics: dict[str, Any], measure: str) -> float:
    value = metrics[measure]
    return float(value["value"] if isinstance(value, dict) else value)


def _spread(folds: Sequence[dict[str, Any]], measure: str) -> dict[str, float]:
    values = [_value(fold, measure) for fold in folds]
    return {
        "mean": round(float(np.mean(values)), 4),
        "sd": round(float(np.std(values, ddof=1)), 4),
    }
