"""One run of training: head first, then the deeper stages, then the head that serves.

A run is a folder. It holds the recipe, the taxonomy and the photos that it was made with
(``recipe.toml``, ``taxonomy.json``, ``dataset.csv``), its log, and at the end ``model.keras``,
``fitted.npz`` (temperature, projection), ``left_out.npz`` (what heads without a photo's source say
of it), ``gate.npz`` where there are photos without an outfit, and ``predictions.npz`` (logits and
labels of validation).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from training.data.dataset import Split, load_others, load_splits
from training.evaluation.calibrate import softmax
from training.evaluation.left_out import left_out_logits, read_left_out, shared_temperature
from training.model.features import FeatureCache
from training.model.gate import GateExamples, cross_fitted, fit_gate, gate_examples
from training.model.head import Examples, Head, fit_projection
from training.model.linear import choose_head
from training.model.pretrained import STATISTICS_PHOTOS, backbone
from training.runs import GATE, LEFT_OUT, PREDICTIONS, Run
from training.train.progress import Progress
from training.train.tune import blend, classifier, tune

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
    recipe, features = run.recipe, work / "features"
    order = np.random.default_rng(recipe.seed).permutation(len(train.labels))
    start = backbone(recipe.start, train.images[order[:STATISTICS_PHOTOS]], recipe.seed)
    run.write_text("head.json", json.dumps({"backbone": start.name}, indent=1))
    cache = FeatureCache(features, start, recipe.gate.layers)
    seen = _Seen(cache, train, val)
    head, trial = _head(run, seen, "frozen", say)
    if recipe.tune.epochs:
        before = start.network.get_weights()
        model, progress = classifier(start, head), Progress(run.folder)
        tune(model, train, val, recipe, progress)
        say(f"Kept epoch {progress.best} of {progress.epochs_done}.")
        blend(start.network, before, recipe.tune.share)
        cache = FeatureCache(features, start, recipe.gate.layers)
        seen = _Seen(cache, train, val)
        head, trial = _head(run, seen, "tuned", say)
    run.save_keras(classifier(start, head))
    if run.others and not run.has(GATE):
        _fit_gate(run, cache, seen, say)
    if not run.has(LEFT_OUT):
        _leave_out(run, trial, seen, say)
    _finish(run, head, seen)
    say(f"Finished: {run.folder}")


class _Seen:
    """What a backbone sees of the photos: features, those of training also mirrored.

    ``gate_train`` and ``gate_val`` [N, F] are those of the gate, which may see more.
    """

    def __init__(self, cache: FeatureCache, train: Split, val: Split) -> None:
        self.gate_train = cache.features(train.images, "Features")
        mirrored = cache.features(train.images[:, :, ::-1], "Features, mirrored")
        self.gate_val = cache.features(val.images, "Features, validation")
        self.plain, self.weights = self.gate_train[:, : cache.channels], train.weights
        self.train = Examples(
            np.concatenate([self.plain, mirrored[:, : cache.channels]]),
            np.concatenate([train.labels, train.labels]),
            np.concatenate([train.weights, train.weights]),
        )
        self.val = Examples(self.gate_val[:, : cache.channels], val.labels)
        self.all = Examples(
            np.concatenate([self.plain, self.val.features]),
            np.concatenate([train.labels, val.labels]),
            np.concatenate([train.weights, val.weights]),
        )


def _head(
    run: Run, seen: _Seen, when: str, say: Callable[[str], None]
) -> tuple[Head, dict[str, Any]]:
    """The best head on these features and how it was made; ``head.json`` notes what was tried."""
    head, trials = choose_head(seen.train, seen.val, len(run.taxonomy.styles), run.recipe.head, say)
    notes = json.loads((run.folder / "head.json").read_text(encoding="utf-8"))
    run.write_text("head.json", json.dumps({**notes, when: trials}, indent=1))
    return head, next(trial for trial in trials if trial.get("chosen"))


def _fit_gate(run: Run, cache: FeatureCache, seen: _Seen, say: Callable[[str], None]) -> None:
    """The gate, and what gates that had not seen a photo's source say of every photo.

    Outfits of validation are judged by the gate that is served: it has not seen them either.
    """
    others = load_others(run.others)
    options, seed = run.recipe.gate, run.recipe.seed
    features = cache.features(others.images, "Features, others")
    names = tuple(photo.style for photo in run.others)
    rest = GateExamples(features, others.labels, names, others.sources, others.weights)
    examples = gate_examples(seen.gate_train, seen.weights, rest)
    say(f"Gate: {options.folds} folds of whole sources, then all.")
    crossed, gate = cross_fitted(examples, options, seed), fit_gate(examples, options)
    outfits = np.concatenate([crossed[: len(seen.plain)], gate.logits(seen.gate_val)])
    run.save_arrays(
        GATE,
        weights=gate.weights,
        bias=gate.bias,
        outfits=softmax(outfits),
        others=softmax(crossed[len(seen.plain) :]),
    )


def _leave_out(run: Run, trial: dict[str, Any], seen: _Seen, say: Callable[[str], None]) -> None:
    """What heads that were fitted without a photo's source say of it, training photos first."""
    say(f"Heads without each of {len(set(run.sources))} sources in turn ...")
    logits = left_out_logits(
        seen.all, run.sources, len(run.taxonomy.styles), trial["decay"], trial["balance"]
    )
    run.save_arrays(LEFT_OUT, logits=logits, labels=seen.all.labels)


def _finish(run: Run, head: Head, seen: _Seen) -> None:
    """What is fitted on the final backbone's features; the predictions are written last."""
    logits = head.logits(seen.val.features)
    temperature = shared_temperature(read_left_out(run))
    projection = fit_projection(seen.plain, EMBEDDING_SIZE)
    run.save_arrays(
        "fitted.npz",
        temperature=np.float64(temperature),
        axes=projection.axes,
        mean=projection.mean,
    )
    run.save_arrays(
        PREDICTIONS, logits=logits, labels=seen.val.labels, temperature=np.float64(temperature)
    )
