"""The graph that is served: RGB bytes in; probabilities, embedding, activation map, gate out."""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import ops

from inference.preprocessing import INPUT_SIZE
from training.model.head import Head, Projection

BACKBONE = "backbone"
"""The name of the network inside every model that training saves."""
OUTPUTS = ("probabilities", "embedding", "activation_map")
GATE = "gate"


@dataclass(frozen=True)
class Backbone:
    """A network from RGB floats 0 to 255 to feature maps, [N, 7, 7, channels] for 224 pixels.

    ``name`` says what it is and where its weights come from.
    """

    name: str
    network: keras.Model


def feature_graph(backbone: Backbone) -> keras.Model:
    """Uint8 RGB [N, 224, 224, 3] to pooled features [N, channels]: what the head is fitted on."""
    images, features = _features(backbone)
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(features), name="features")


def serving_graph(
    backbone: Backbone,
    head: Head,
    temperature: float,
    projection: Projection,
    gate: Head | None = None,
) -> keras.Model:
    """The whole model, with the temperature folded into the head.

    Inputs: uint8 [N, 224, 224, 3] RGB. Outputs by name: ``probabilities`` [N, C]; ``embedding``
    [N, D] of unit length; ``activation_map`` [N, 7, 7] of the top style (class activation mapping,
    Zhou et al. 2016, https://arxiv.org/abs/1512.04150), whose mean is the style's logit; and with a
    ``gate`` the probabilities of the kinds of photos [N, 3].
    """
    images, features = _features(backbone)
    # Pooling is linear, so the dense layer may come first: then it gives the maps of all styles.
    style_maps = keras.layers.Dense(head.bias.size, name="style_maps")
    maps = style_maps(features)
    logits = keras.layers.GlobalAveragePooling2D(name="logits")(maps)
    probabilities = keras.layers.Softmax(name="probabilities")(logits)
    _, best = ops.top_k(logits, 1)  # argmax would become an operation that OpenVINO cannot convert
    top = ops.one_hot(best[:, 0], head.bias.size)
    activation_map = ops.sum(maps * ops.expand_dims(top, (1, 2)), axis=-1)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    project = keras.layers.Dense(projection.mean.size, name="projection")
    embedding = keras.layers.UnitNormalization(name="embedding")(project(pooled))
    outputs = dict(zip(OUTPUTS, (probabilities, embedding, activation_map), strict=True))
    if gate is not None:
        kinds = keras.layers.Dense(gate.bias.size, name="gate_logits")
        outputs[GATE] = keras.layers.Softmax(name=GATE)(kinds(pooled))
        kinds.set_weights([gate.weights, gate.bias])
    model = keras.Model(images, outputs)
    style_maps.set_weights([head.weights / temperature, head.bias / temperature])
    project.set_weights([projection.axes, -projection.mean])
    return model


def _features(backbone: Backbone) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    images = keras.Input((INPUT_SIZE, INPUT_SIZE, 3), dtype="uint8", name="images")
    return images, backbone.network(ops.cast(images, "float32"), training=False)
