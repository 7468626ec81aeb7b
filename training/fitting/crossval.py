"""k-fold cross-validation: every photo is judged by a model that did not train on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.fitting.fit import fit_run
from training.judging.folds import evaluate_folds
from training.photos.splits import folds
from training.runs import Run, start_run


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
        fit_run(start_run(folder, run.recipe, run.taxonomy, photos), work, say)
        folders.append(folder)
    return evaluate_folds(folders, run.folder, say)
