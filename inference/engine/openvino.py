"""The OpenVINO engine: INT8 on CPUs, without TensorFlow."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from inference.bundle import Bundle
from inference.cores import allowed_cores
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

BATCH = 4
"""Images per call of the runtime. Measured in docs/training.md: nine tenths of the throughput of 32
at once, with 150 MB less memory."""

_SETTINGS = {
    "PERFORMANCE_HINT": "LATENCY",
    # What is not INT8 stays float32 on CPUs that know bfloat16 too: one answer everywhere.
    "INFERENCE_PRECISION_HINT": "f32",
}


@cache
def runtime() -> ov.Core:
    """OpenVINO's runtime: one a process, which is never given back.

    Its CPU plugin gives the thread that loads it a stack for signal handlers, and frees it with the
    runtime, in whatever thread that happens. Where models are swapped, the main thread would be
    left with a stack that is gone, and end at the next signal: a soft time limit, a shutdown.
    """
    return ov.Core()


class OpenVinoEngine:
    """``style.xml`` and ``style.bin`` of a bundle, compiled for the CPU.

    One stream with all cores, or with as many as its container may use: it answers a single photo
    soonest, and with small batches it is as fast as several streams on the few cores that a worker
    has.
    """

    name = "openvino"

    def __init__(self, bundle: Bundle) -> None:
        """Compile the bundle's model and run it once in each batch size that ``run`` uses.

        Raises EngineError when the bundle has no OpenVINO model, or not the one it claims.
        """
        path = weights_file(bundle, "style.xml", "OpenVINO")
        threads = allowed_cores()
        limit = {"INFERENCE_NUM_THREADS": threads} if threads else {}
        try:
            compiled = runtime().compile_model(path, "CPU", {**_SETTINGS, **limit})
            self._request: Any = compiled.create_infer_request()
        except RuntimeError as error:
            raise EngineError(f"OpenVINO cannot load {path}: {last_line(error)}") from error
        names = (name for output in compiled.outputs for name in output.names)
        self._outputs = outputs_of(path, names, bundle)
        # The runtime prepares its kernels at the first run of each size: here, not in a job.
        for size in (1, BATCH):
            outputs = self.run(np.zeros((size, INPUT_SIZE, INPUT_SIZE, 3), np.uint8))
        check_sizes(path, outputs, bundle)

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """See ``inference.engine.Engine.run``. What does not fill a batch runs singly, so that the
        runtime keeps memory and kernels for two sizes only."""
        check_images(images)
        full = len(images) - len(images) % BATCH
        batches = [images[start : start + BATCH] for start in range(0, full, BATCH)]
        batches += [images[index : index + 1] for index in range(full, len(images))]
        try:
            return joined([self._infer(batch) for batch in batches])
        except RuntimeError as error:
            raise EngineError(f"OpenVINO failed: {last_line(error)}") from error

    def _infer(self, batch: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        self._request.infer({"images": np.ascontiguousarray(batch)}, share_inputs=True)
        # The tensors are overwritten by the next call: copy them.
        return [self._request.get_tensor(name).data.copy() for name in self._outputs]
