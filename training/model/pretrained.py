"""Where a backbone's weights come from: people photos, ImageNet, nowhere, or a file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import keras

from inference.bundle import SUMS, BundleError, load_bundle
from training.arrays import Images
from training.errors import TrainingError
from training.model import opennsfw
from training.model.graph import BACKBONE, Backbone
from training.model.widen import widened_resnet50
from training.recipe import Start

STATISTICS_PHOTOS = 128
"""Photos that the widened backbone's batch statistics are taken from."""


def backbone(start: Start, photos: Images, seed: int) -> Backbone:
    """The backbone that a recipe starts from.

    ``photos`` uint8 [N, 224, 224, 3] of the training split are only looked at by the people-photo
    start. Raises TrainingError when the name is unknown or the weights cannot be had.
    """
    if start.weights == "people":
        return _people(start, photos, seed)
    if start.weights in ("imagenet", "scratch"):
        return _application(start, seed)
    return _file(start, Path(start.weights))


def _people(start: Start, photos: Images, seed: int) -> Backbone:
    if start.backbone != "ResNet50":
        raise TrainingError(f"The people-photo weights are of a ResNet50, not {start.backbone}.")
    convolutions = opennsfw.read_convolutions(opennsfw.weights_file(), photos[:STATISTICS_PHOTOS])
    network = with_normalisation(widened_resnet50(convolutions, seed), opennsfw.normalise)
    return Backbone("people-photo ResNet-50, widened", network)


def _application(start: Start, seed: int) -> Backbone:
    build = getattr(keras.applications, start.backbone, None)
    normalise = getattr(inspect.getmodule(build), "preprocess_input", None)
    if build is None or normalise is None:
        raise TrainingError(f"keras.applications has no backbone {start.backbone!r}.")
    weights = "imagenet" if start.weights == "imagenet" else None
    keras.utils.set_random_seed(seed)
    try:
        network = build(weights=weights, include_top=False, input_shape=(None, None, 3))
    except Exception as error:  # whatever the download says
        if weights is None:
            raise
        raise TrainingError(
            f"The ImageNet weights of {start.backbone} cannot be downloaded ({error}). Use"
            ' start.weights = "people", "scratch" or a file.'
        ) from error
    name = f"{start.backbone}, {weights or 'random weights'}"
    return Backbone(name, with_normalisation(network, normalise))


def _file(start: Start, path: Path) -> Backbone:
    if not path.is_file():
        raise TrainingError(
            f"There are no weights {start.weights!r}: say people, imagenet, scratch or a file."
        )
    # Keras knows no safe mode for its older formats.
    if path.suffix != ".keras":
        raise TrainingError(f"The weights {path} must be a .keras file.")
    try:
        if (path.parent / SUMS).is_file():
            load_bundle(path.parent)
        model = keras.models.load_model(path, safe_mode=True)
    except (OSError, ValueError, BundleError) as error:
        raise TrainingError(f"The weights {path} cannot be read: {error}") from error
    for layer in model.layers:
        if layer.name == BACKBONE:
            # A bundle's has the maps that only its gate sees beside those that it ends with.
            network = keras.Model(layer.input, layer.outputs[0], name=BACKBONE)
            return Backbone(f"{start.backbone}, from {path.name}", network)
    raise TrainingError(f"{path} has no backbone inside: it must be a file that training wrote.")


def with_normalisation(
    network: keras.Model, normalise: Callable[[keras.KerasTensor], keras.KerasTensor]
) -> keras.Model:
    """The network with its normalisation inside: from RGB floats 0 to 255 to feature maps.

    Batch statistics stay as they are, also in training.
    """
    images = keras.Input((None, None, 3), name="rgb")
    return keras.Model(images, network(normalise(images), training=False), name=BACKBONE)
