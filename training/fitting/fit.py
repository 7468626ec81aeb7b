"""One run of training: head first, then the deeper stages, then what the bundle needs beside them.

A run is a folder. It holds the recipe, the taxonomy and the photos that it was made with
(``recipe.toml``, ``taxonomy.json``, ``dataset.csv``), its log, and at the end ``model.keras``,
``fitted.npz`` (temperature, projection) and ``predictions.npz`` (logits and labels of validation).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from training.fitting.progress import Progress
from training.fitting.tune import classifier, head_of, tune
from training.judging.calibrate import fit_temperature
from training.network.features import FeatureCache
from training.network.graph import Backbone
from training.network.head import Examples, Head, fit_projection
from training.network.linear import choose_head
from training.network.starts import backbone
from training.photos.dataset import Split, load_splits
from training.runs import PREDICTIONS, Run

EMBEDDING_SIZE = 256


def fit_run(run: Run, work: Path, say: Callable[[str], None] = print) -> None:
    """Do what of the run is not done yet; ``work`` keeps features between runs.

    Killed at any moment and called again it goes on, and loses one epoch at most. Raises
    TrainingError for photos or a recipe that no model can be made of.
    """
    if run.is_finished():
        say(f"{run.folder} is finished; nothing to do.")
        return
    train, val = load_splits(run.photos, run.taxonomy)
    model, start = _started(run, train, val, work, say)
    progress = Progress(run.folder)
    if run.recipe.tune.epochs:
        tune(model, train, val, run.recipe, progress)
        say(f"Kept epoch {progress.best} of {progress.epochs_done}.")
    run.save_keras(model)
    _finish(run, head_of(model), FeatureCache(work / "features", start), train, val)
    say(f"Finished: {run.folder}")


def _started(
    run: Run, train: Split, val: Split, work: Path, say: Callable[[str], None]
) -> tuple[keras.Model, Backbone]:
    """The backbone that the recipe starts from, under the best head on its frozen features."""
    recipe = run.recipe
    order = np.random.default_rng(recipe.seed).permutation(len(train.labels))
    start = backbone(recipe.start, train.images[order[:128]], recipe.seed)
    cache = FeatureCache(work / "features", start)
    seen = cache.features(train.images, "Features")
    mirrored = cache.features(train.images[:, :, ::-1], "Features, mirrored")
    head, trials = choose_head(
        Examples(np.concatenate([seen, mirrored]), np.concatenate([train.labels, train.labels])),
        Examples(cache.features(val.images, "Features, validation"), val.labels),
        len(run.taxonomy.styles),
        recipe.head,
        say,
    )
    run.write_text("head.json", json.dumps({"backbone": start.name, "trials": trials}, indent=1))
    return classifier(start, head), start


def _finish(run: Run, head: Head, cache: FeatureCache, train: Split, val: Split) -> None:
    """What is fitted on the final backbone's features; the predictions are written last."""
    logits = head.logits(cache.features(val.images, "Final features, validation"))
    temperature = fit_temperature(logits, val.labels)
    projection = fit_projection(cache.features(train.images, "Final features"), EMBEDDING_SIZE)
    run.save_arrays(
        "fitted.npz",
        temperature=np.float64(temperature),
        axes=projection.axes,
        mean=projection.mean,
    )
    run.save_arrays(
        PREDICTIONS, logits=logits, labels=val.labels, temperature=np.float64(temperature)
    )
