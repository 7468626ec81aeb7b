"""A bundle of a small network, exported as training exports one, in seconds and without a fit.

Needs requirements/training.txt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras
import numpy as np
import openvino as ov

from inference.bundle import Bundle, load_bundle
from inference.calibration import KINDS
from tests.training.drawn import random_inputs
from training.arrays import Images
from training.export.quantise import quantised
from training.model.convert import save_keras, save_openvino, to_openvino
from training.model.graph import Backbone, feature_graph, serving_graph
from training.model.head import Examples, fit_head, fit_projection
from training.writing import unfinished, write_json

STYLES = ("plain", "checked", "striped", "dotted")
EMBEDDING = 256


@dataclass(frozen=True)
class Small:
    """The graph, its float model in OpenVINO, and the pictures that its head tells apart."""

    graph: keras.Model
    plain: ov.Model
    images: Images


def small_network() -> keras.Model:
    """Random convolutions from RGB 0 to 255 to feature maps [N, 7, 7, 64], as a backbone is."""
    keras.utils.set_random_seed(3)
    images = keras.Input((None, None, 3), name="rgb")
    maps = keras.layers.Rescaling(1 / 128, offset=-1)(images)
    for channels in (16, 24, 32, 48, 64):
        convolution = keras.layers.Conv2D(
            channels, 3, strides=2, padding="same", kernel_initializer="he_normal"
        )
        maps = keras.layers.ReLU()(convolution(maps))
    return keras.Model(images, maps, name="backbone")


def small_model(count: int = 40) -> Small:
    """A graph whose head knows the style of each of ``count`` drawn pictures by heart."""
    backbone = Backbone("small", small_network())
    images = random_inputs(count)
    features = np.asarray(feature_graph(backbone)(images))
    styles = np.arange(count) % len(STYLES)
    head = fit_head(Examples(features, styles), len(STYLES), decay=1e-2, balance=0)
    graph = serving_graph(backbone, head, 1.5, fit_projection(features, EMBEDDING))
    # Both files hold float16: from numbers that fit, they start equal.
    graph.set_weights([weights.astype(np.float16) for weights in graph.get_weights()])
    return Small(graph, to_openvino(graph), images)


def in_int8(small: Small) -> ov.Model:
    """The small model quantised; nine of ten top styles stay."""
    return quantised(small.plain, small.images, small.images, agreement=0.9)


def with_gate(small: Small) -> Small:
    """The same network with a fourth output, as a model that knows what is no outfit has it."""
    keras.utils.set_random_seed(5)
    gate = keras.layers.Dense(len(KINDS), activation="softmax", name="gate")
    outputs = {**small.graph.output, "gate": gate(small.graph.output["embedding"])}
    graph = keras.Model(small.graph.input, outputs)
    graph.set_weights([weights.astype(np.float16) for weights in graph.get_weights()])
    return Small(graph, to_openvino(graph), small.images)


def write_bundle(
    folder: Path,
    model: ov.Model | None = None,
    graph: keras.Model | None = None,
    styles: tuple[str, ...] = STYLES,
    calibration: Mapping[str, Any] = MappingProxyType({}),
) -> Bundle:
    """A bundle with the weights that are given: ``style.xml``, ``style.keras``, both or neither.

    ``calibration`` adds to ``calibration.json``.
    """
    with unfinished(folder) as part:
        if model is not None:
            save_openvino(model, part)
        if graph is not None:
            save_keras(graph, part)
        taxonomy = {
            "id": "small",
            "styles": [{"id": style, "names": {"en": style.capitalize()}} for style in styles],
        }
        write_json(part / "taxonomy.json", taxonomy)
        least = {"temperature": 1.5, "temperature_in_graph": True, "threshold": 0.5}
        write_json(part / "calibration.json", {**least, "target": "none", **calibration})
        write_json(part / "metrics.json", {})
        (part / "MODEL_CARD.md").write_text("# A small model\n")
    return load_bundle(folder)
