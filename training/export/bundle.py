"""From a finished run to a bundle: the graph that serves, in INT8 and float16, measured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from inference.bundle import Bundle, load_bundle, write_identity
from training import writing
from training.arrays import Images
from training.data.dataset import load_others, load_splits
from training.export.measure import measure
from training.export.metadata import write_papers
from training.export.probe import add_probe
from training.export.quantise import quantised
from training.export.reference import write_reference
from training.model.convert import save_keras, save_openvino, to_openvino
from training.model.graph import BACKBONE, Backbone, serving_graph
from training.model.head import Head, Projection
from training.runs import GATE, Run
from training.train.tune import head_of

OTHERS_MEASURED = 400
"""Photos without an outfit that the engines are compared on."""


def export_run(
    run: Run, output: Path, with_keras: bool = True, say: Callable[[str], None] = print
) -> Bundle:
    """Write the bundle of ``run`` to ``output``, or replace the one that is there.

    Until the last step nothing is written at the output, and an older bundle there stays usable.
    Without ``style.keras`` a bundle serves on OpenVINO only. Raises TrainingError for a run that
    is not finished and for an output that is something else.
    """
    writing.check_output(output)
    fitted, model = run.arrays("fitted.npz"), run.keras_model()
    train, val = load_splits(run.photos, run.taxonomy)
    graph = serving_graph(
        Backbone(run.start_name(), model.get_layer(BACKBONE)),
        head_of(model),
        float(fitted["temperature"]),
        Projection(fitted["axes"], fitted["mean"]),
        _gate(run),
        gate_layers=run.recipe.gate.layers,
    )
    plain = to_openvino(graph)
    options = run.recipe.export
    small = quantised(
        plain, _some(train.images, options.calibration_photos, run), val.images, options.agreement
    )
    others = _some(load_others(run.others).images, OTHERS_MEASURED, run) if run.others else None
    with writing.unfinished(output) as folder:
        save_openvino(small, folder)
        if with_keras:
            save_keras(graph, folder)
        say("Measuring the engines on the validation photos ...")
        measured, rules = measure(folder, plain, run, val, others)
        made = datetime.now(UTC)
        metrics = {
            "made": made.date().isoformat(),
            "backbone": run.start_name(),
            "photos": {
                "train": len(train.labels),
                "val": len(val.labels),
                "others": len(run.others),
            },
            **measured,
        }
        write_papers(folder, run, rules, metrics)
        write_reference(folder, run, train, val, rules.not_sure.value)
        write_identity(folder, made)
        engines = ("openvino", "tensorflow") if with_keras else ("openvino",)
        add_probe(folder, run.taxonomy, engines)
    return load_bundle(output)


def _gate(run: Run) -> Head | None:
    if not run.others:
        return None
    arrays = run.arrays(GATE)
    return Head(arrays["weights"], arrays["bias"])


def _some(images: Images, count: int, run: Run) -> Images:
    """At most ``count`` images, drawn at random, always the same of a run."""
    return images[np.random.default_rng(run.recipe.seed).permutation(len(images))[:count]]
