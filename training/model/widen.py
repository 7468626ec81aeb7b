"""Net2WiderNet: a wider network that computes the same function.

Chen, Goodfellow, Shlens: Net2Net, 2015 (https://arxiv.org/abs/1511.05641). Every channel is copied
once, and what leaves it is split between the copy and itself. The split differs from weight to
weight, so that the two copies can grow apart in later training; their sum is what it was.
"""

from __future__ import annotations

import keras
import numpy as np

from training.arrays import Floats
from training.model.opennsfw import Convolution


def widened_resnet50(convolutions: dict[str, Convolution], seed: int = 0) -> keras.Model:
    """Keras's ResNet50 without a top that computes what the half-wide network computed.

    Takes RGB floats [N, H, W, 3] minus the mean (the original takes BGR: the first kernel is
    turned round instead of every photo), gives [N, H/32, W/32, 2048]; channel i + 1024 is a copy of
    channel i.
    """
    model = keras.applications.ResNet50(
        weights=None, include_top=False, input_shape=(None, None, 3), name="resnet50"
    )
    # The original pools from the first pixel on and pads behind the last; Keras pads around.
    model.get_layer("pool1_pad").padding = ((0, 1), (0, 1))
    random = np.random.default_rng(seed)
    for name, convolution in convolutions.items():
        layer = model.get_layer(name)
        inputs, outputs = layer.kernel.shape[2:]
        kernel = _widen(convolution.kernel, int(inputs), int(outputs), random)
        if name == "conv1_conv":
            kernel = kernel[:, :, ::-1]
        layer.set_weights([kernel, np.zeros(outputs, np.float32)])
        norm = model.get_layer(name.removesuffix("_conv") + "_bn")
        norm.set_weights([_copied(part, int(outputs)) for part in _batch_norm(convolution, norm)])
    return model


def _batch_norm(convolution: Convolution, layer: keras.layers.BatchNormalization) -> list[Floats]:
    """Gamma, beta, mean, variance that add the bias and nothing else: the norm was folded in."""
    gamma = np.sqrt(convolution.variance + layer.epsilon)
    return [
        gamma,
        convolution.bias + convolution.mean,
        convolution.mean,
        convolution.variance,
    ]


def _widen(kernel: Floats, inputs: int, outputs: int, random: np.random.Generator) -> Floats:
    if kernel.shape[3] != outputs:
        kernel = np.concatenate([kernel, kernel], axis=3)
    if kernel.shape[2] != inputs:
        share = random.uniform(0.25, 0.75, kernel.shape).astype(np.float32)
        kernel = np.concatenate([kernel * share, kernel * (1 - share)], axis=2)
    return kernel


def _copied(values: Floats, outputs: int) -> Floats:
    return values if len(values) == outputs else np.concatenate([values, values])
