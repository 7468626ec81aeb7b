"""Two bundles on the same photos, by the engine that serves: is the new one better?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from inference.bundle import BundleError, load_bundle
from inference.engine import EngineError, load_engine
from inference.taxonomy import Taxonomy
from training.arrays import Images, Labels, Probabilities
from training.data.dataset import load_split
from training.data.labelled import Dataset
from training.errors import TrainingError
from training.evaluation.compare import compare
from training.evaluation.evaluate import evaluate

BATCH = 32
TOLD = ("top1", "top3", "macro_recall", "ece", "per_style")


def compare_bundles(
    first: Path, second: Path, dataset: Dataset, source: str | None = None
) -> dict[str, Any]:
    """What each bundle is worth on the dataset's validation photos, and how much better ``first``.

    ``source``: on photos of that source only. Plain JSON types; intervals are 95 %. Raises
    TrainingError when there is nothing to compare: no such photos, a bundle that does not load, or
    one with other styles.
    """
    photos = [
        each for each in dataset.photos if each.split == "val" and source in (None, each.source)
    ]
    if not photos:
        of = f" of the source {source!r}" if source else ""
        raise TrainingError(f"The dataset has no validation photos{of}: there is nothing to judge.")
    val = load_split(photos, dataset.taxonomy, "val")
    said = [_said(folder, dataset.taxonomy, val.images) for folder in (first, second)]
    styles = dataset.taxonomy.ids
    judged = [evaluate(each, val.labels, styles, val.sources) for each in said]
    tops: list[Labels] = [each.argmax(axis=1) for each in said]
    return {
        "photos": len(photos),
        "source": source,
        "first": {name: judged[0][name] for name in TOLD},
        "second": {name: judged[1][name] for name in TOLD},
        "first_minus_second": compare(tops[0], tops[1], val.labels, len(styles)),
    }


def comparison_lines(compared: dict[str, Any]) -> list[str]:
    """The comparison in a few lines for a terminal."""
    gain = compared["first_minus_second"]
    top1 = gain["top1"]
    return [
        f"{compared['photos']} photos: {compared['first']['top1']['value']:.1%} right against"
        f" {compared['second']['top1']['value']:.1%}.",
        f"Difference {100 * top1['value']:+.1f} points ({100 * top1['low']:+.1f} to"
        f" {100 * top1['high']:+.1f}), McNemar's p {gain['p']:.3f}.",
    ]


def _said(folder: Path, taxonomy: Taxonomy, images: Images) -> Probabilities:
    """The probabilities [N, C] by INT8 on OpenVINO."""
    try:
        bundle = load_bundle(folder)
        if bundle.taxonomy.ids != taxonomy.ids:
            raise TrainingError(f"{folder} knows other styles than the dataset: no comparison.")
        engine = load_engine("openvino", bundle)
    except (BundleError, EngineError) as error:
        raise TrainingError(str(error)) from error
    starts = range(0, len(images), BATCH)
    parts = [engine.run(images[start : start + BATCH]).probabilities for start in starts]
    return np.concatenate(parts)
