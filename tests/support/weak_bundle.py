"""A bundle that serves and knows next to nothing: what a retraining has to be better than.

Needs requirements/training.txt.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tests.support.probed_bundle import renew
from tests.training.drawn import random_inputs
from tests.training.small_run import save_small_backbone
from training.model.convert import save_openvino, to_openvino
from training.model.graph import BACKBONE, Backbone, feature_graph, serving_graph
from training.model.head import Head, fit_projection
from training.writing import unfinished, write_json

EMBEDDING = 256
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""Before whatever is to be better than it: an older bundle would be refused."""


def write_weak_bundle(folder: Path, backbone: Path, taxonomy: dict[str, Any]) -> Path:
    """A bundle whose head was drawn, on a small backbone that is written to ``backbone``."""
    keras.utils.set_random_seed(1)
    save_small_backbone(backbone)
    network = keras.models.load_model(backbone).get_layer(BACKBONE)
    start = Backbone("small", network)
    features = np.asarray(feature_graph(start)(random_inputs(16)))
    random = np.random.default_rng(3)
    styles = len(taxonomy["styles"])
    weights = random.normal(size=(features.shape[1], styles)).astype(np.float32)
    bias = -(features.mean(axis=0) @ weights)  # or one style would have it all
    graph = serving_graph(start, Head(weights, bias), 1.0, fit_projection(features, EMBEDDING))
    with unfinished(folder) as part:
        save_openvino(to_openvino(graph), part)
        write_json(part / "taxonomy.json", taxonomy)
        calibration = {"temperature": 1.0, "temperature_in_graph": True, "threshold": 0.5}
        write_json(part / "calibration.json", {**calibration, "target": "none"})
        write_json(part / "metrics.json", {})
        (part / "MODEL_CARD.md").write_text("# A model whose head was drawn\n")
    return renew(folder, MADE)
