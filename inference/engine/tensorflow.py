"""The TensorFlow engine: float, on a GPU where there is one; what other engines are held against.

It runs ``style.keras`` in one compiled function, never by ``predict``, whose memory grows from call
to call. Keras picks its backend when it is first imported, so importing this module picks it.
"""

from __future__ import annotations

import os
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from inference.bundle import Bundle
from inference.engine import EngineError, Outputs
from inference.engine.checks import (
    check_images,
    check_sizes,
    joined,
    last_line,
    outputs_of,
    weights_file,
)
from inference.preprocessing import INPUT_SIZE

BATCH = 32
"""Images per call at most: what a claim holds, and what bounds the memory of a longer run."""


class TensorFlowEngine:
    """``style.keras`` of a bundle as one compiled function, traced once for all batch sizes."""

    name = "tensorflow"

    def __init__(self, bundle: Bundle) -> None:
        """Load the bundle's model, trace it and run it once.

        Raises EngineError when the bundle has no Keras model, or not the one it claims, and when
        Keras was imported with another backend before.
        """
        path = weights_file(bundle, "style.keras", "TensorFlow")
        if keras.config.backend() != "tensorflow":
            raise EngineError(
                f"Keras runs on {keras.config.backend()!r} in this process: set"
                " KERAS_BACKEND=tensorflow, or load this engine before anything imports Keras."
            )
        _share_gpus()
        images = tf.TensorSpec((None, INPUT_SIZE, INPUT_SIZE, 3), tf.uint8, name="images")
        try:
            # A traced function does not keep the weights alive that it reads: the model does.
            self._model: Any = keras.models.load_model(path, compile=False, safe_mode=True)
            traced = tf.function(lambda batch: self._model(batch, training=False))
            self._function: Any = traced.get_concrete_function(images)
        except Exception as error:  # Keras lets through whatever its readers of files raise
            raise EngineError(f"TensorFlow cannot load {path}: {last_line(error)}") from error
        outputs = self._function.structured_outputs
        names = outputs if isinstance(outputs, dict) else ()
        self._outputs = outputs_of(path, names, bundle)
        # The runtime allocates and picks its kernels at the first run: here, not in a job.
        check_sizes(path, self.run(np.zeros((1, INPUT_SIZE, INPUT_SIZE, 3), np.uint8)), bundle)

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """See ``inference.engine.Engine.run``."""
        check_images(images)
        starts = range(0, len(images), BATCH)
        try:
            return joined([self._infer(images[start : start + BATCH]) for start in starts])
        except tf.errors.OpError as error:
            raise EngineError(f"TensorFlow failed: {last_line(error)}") from error

    def _infer(self, batch: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        outputs = self._function(tf.constant(batch))
        return [outputs[name].numpy() for name in self._outputs]


def _share_gpus() -> None:
    """Take GPU memory as it is needed and not all of it: several processes may share a GPU."""
    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # TensorFlow is at work in this process already, as in training
            return
