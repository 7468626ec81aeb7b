"""The graph that is served: RGB bytes in; probabilities, embedding, activation map, gate out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from inference.preprocessing import INPUT_SIZE
from training.errors import TrainingError
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


def feature_graph(backbone: Backbone, layers: Sequence[str] = ()) -> keras.Model:
    """Uint8 RGB [N, 224, 224, 3] to pooled features [N, channels]: what the heads are fitted on.

    The means of the maps of ``layers`` follow those of the last ones.
    """
    images, maps = _maps(backbone, layers)
    return keras.Model(images, _side_by_side([_pooled(each) for each in maps]), name="features")


def with_maps(network: keras.Model, layers: Sequence[str]) -> keras.Model:
    """The same network, weights and all, with the maps of ``layers`` after its own output.

    Layers are looked for in networks inside of it too, all of them in one. Raises TrainingError
    for a name that none of them has.
    """
    if not layers:
        return network
    own = {layer.name: layer for layer in network.layers}
    if all(name in own for name in layers):
        maps = [own[name].output for name in layers]
        return keras.Model(network.input, [network.output, *maps], name=network.name)
    for inner in own.values():
        if isinstance(inner, keras.Model):
            return _with_inner(network, inner, with_maps(inner, layers))
    raise TrainingError(f"The backbone has no layer {' or '.join(layers)}: see gate.layers.")


def serving_graph(
    backbone: Backbone,
    head: Head,
    temperature: float,
    projection: Projection,
    gate: Head | None = None,
    *,
    gate_layers: Sequence[str] = (),
) -> keras.Model:
    """The whole model, with the temperature folded into the head.

    Inputs: uint8 [N, 224, 224, 3] RGB. Outputs by name: ``probabilities`` [N, C]; ``embedding``
    [N, D] of unit length; ``activation_map`` [N, 7, 7] of the top style (class activation mapping,
    Zhou et al. 2016, https://arxiv.org/abs/1512.04150), whose mean is the style's logit; and with a
    ``gate`` the probabilities of the kinds of photos [N, 3]. The gate also sees the means of the
    maps of ``gate_layers``, as ``feature_graph`` has them.
    """
    images, (features, *more) = _maps(backbone, gate_layers if gate is not None else ())
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
        seen = _side_by_side([pooled, *(_pooled(each) for each in more)])
        outputs[GATE] = keras.layers.Softmax(name=GATE)(kinds(seen))
        kinds.set_weights([gate.weights, gate.bias])
    model = keras.Model(images, outputs)
    style_maps.set_weights([head.weights / temperature, head.bias / temperature])
    project.set_weights([projection.axes, -projection.mean])
    return model


def _maps(
    backbone: Backbone, layers: Sequence[str]
) -> tuple[keras.KerasTensor, list[keras.KerasTensor]]:
    """The input, and the maps that the backbone ends with, then those of ``layers``."""
    images = keras.Input((INPUT_SIZE, INPUT_SIZE, 3), dtype="uint8", name="images")
    network = with_maps(backbone.network, layers)
    maps = network(ops.cast(images, "float32"), training=False)
    return images, list(maps) if layers else [maps]


def _with_inner(network: keras.Model, inner: keras.Model, wider: keras.Model) -> keras.Model:
    """The network with ``wider``, the same as its part ``inner`` but for more outputs, in place of
    it; what is more comes after the network's own output."""
    more: list[keras.KerasTensor] = []

    def call(layer: keras.layers.Layer, *inputs: Any, **options: Any) -> Any:
        if layer is not inner:
            return layer(*inputs, **options)
        own, *others = wider(*inputs, **options)
        more.extend(others)
        return own

    same = keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=call)
    return keras.Model(same.input, [same.output, *more], name=network.name)


def _pooled(maps: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.GlobalAveragePooling2D()(maps)


def _side_by_side(features: list[keras.KerasTensor]) -> keras.KerasTensor:
    return ops.concatenate(features, axis=-1) if len(features) > 1 else features[0]
