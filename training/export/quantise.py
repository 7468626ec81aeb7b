"""INT8 weights and activations, with a check that the model still says the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import nncf
import numpy as np
import openvino as ov

from inference.engine.openvino import runtime
from training.arrays import Images, Probabilities

BATCH = 32


def quantised(model: ov.Model, calibration: Images, check: Images, agreement: float) -> ov.Model:
    """The model in INT8 by NNCF's post-training quantisation with accuracy control.

    Ranges come from ``calibration``, uint8 [N, 224, 224, 3] RGB photos of the training split. Then
    layers go back to float, those that matter most first, until at least the share ``agreement``
    of the photos ``check`` has the float model's top style.

    The first convolution stays float from the start: in INT8 it alone made 40 % of the features'
    error. So does all that follows the backbone: it costs nothing, and an embedding must keep its
    unit length.
    """
    reference = probabilities(model, check).argmax(axis=1)

    def same_top_style(compiled: Any, images: Iterable[Images]) -> tuple[float, list[float]]:
        tops = [int(compiled(image)["probabilities"][0].argmax()) for image in images]
        same = [float(top == was) for top, was in zip(tops, reference, strict=False)]
        return float(np.mean(same)), same

    return nncf.quantize_with_accuracy_control(
        model,
        calibration_dataset=nncf.Dataset(list(_singly(calibration))),
        validation_dataset=nncf.Dataset(list(_singly(check))),
        validation_fn=same_top_style,
        max_drop=1 - agreement,
        subset_size=len(calibration),
        preset=nncf.QuantizationPreset.MIXED,
        fast_bias_correction=True,
        ignored_scope=nncf.IgnoredScope(names=_kept_float(model), validate=False),
    )


def probabilities(model: ov.Model, images: Images) -> Probabilities:
    """What the float model says of uint8 [N, 224, 224, 3]: [N, C], in full float32."""
    compiled: Any = runtime().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    starts = range(0, len(images), BATCH)
    return np.concatenate(
        [compiled(images[start : start + BATCH])["probabilities"] for start in starts]
    )


def _kept_float(model: ov.Model) -> list[str]:
    """The first convolution, and what depends on the feature maps that the backbone ends with."""
    convolutions = [
        op
        for op in model.get_ordered_ops()
        if op.get_type_name() in ("Convolution", "GroupConvolution")
    ]
    found = {convolutions[0].get_friendly_name(): convolutions[0]}
    maps = convolutions[-1]
    while len(consumers := _consumers(maps)) == 1:  # the maps go to the head and to the pooling
        (maps,) = consumers
    waiting = [maps]
    while waiting:
        for node in _consumers(waiting.pop()):
            if node.get_friendly_name() not in found:
                found[node.get_friendly_name()] = node
                waiting.append(node)
    return [name for name, node in found.items() if node.get_type_name() != "Result"]


def _consumers(node: Any) -> list[Any]:
    return [target.get_node() for output in node.outputs() for target in output.get_target_inputs()]


def _singly(images: Images) -> Iterator[Images]:
    for image in images:
        yield image[None]
