"""The OpenVINO engine: INT8 on CPUs, without TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov

from worker.bundle import Bundle
from worker.engine import EngineError, Outputs, check_images
from worker.preprocess import INPUT_SIZE

BATCH = 4
"""Images per call of the runtime. Measured in docs/training.md: nine tenths of the throughput of 32
at once, with 150 MB less memory."""

_OUTPUTS = ("probabilities", "embedding", "activation_map")


class OpenVinoEngine:
    """``style.xml`` and ``style.bin`` of a bundle, compiled for the CPU.

    One stream with all cores: it answers a single photo soonest, and with small batches it is as
    fast as several streams on the few cores that a worker has.
    """

    name = "openvino"

    def __init__(self, bundle: Bundle) -> None:
        """Compile the bundle's model and run it once in each batch size that ``run`` uses.

        Raises EngineError when the bundle has no OpenVINO model, or not the one it claims.
        """
        path = bundle.path / "style.xml"
        if not path.is_file():
            raise EngineError(f"The bundle {bundle.path} has no style.xml for OpenVINO.")
        try:
            compiled = ov.Core().compile_model(path, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
            self._request: Any = compiled.create_infer_request()
        except RuntimeError as error:
            raise EngineError(f"OpenVINO cannot load {path}: {_first_line(error)}") from error
        missing = set(_OUTPUTS) - {name for output in compiled.outputs for name in output.names}
        if missing:
            raise EngineError(f"The model {path} has no output {', '.join(sorted(missing))}.")
        # The runtime prepares its kernels at the first run of each size: here, not in a job.
        for size in (1, BATCH):
            outputs = self.run(np.zeros((size, INPUT_SIZE, INPUT_SIZE, 3), np.uint8))
        styles, classes = len(bundle.taxonomy.styles), outputs.probabilities.shape[1]
        if classes != styles:
            raise EngineError(f"The model {path} has {classes} styles, its taxonomy {styles}.")

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """See ``worker.engine.Engine.run``. What does not fill a batch runs singly, so that the
        runtime keeps memory and kernels for two sizes only."""
        check_images(images, INPUT_SIZE)
        full = len(images) - len(images) % BATCH
        batches = [images[start : start + BATCH] for start in range(0, full, BATCH)]
        batches += [images[index : index + 1] for index in range(full, len(images))]
        try:
            results = [self._infer(batch) for batch in batches]
        except RuntimeError as error:
            raise EngineError(f"OpenVINO failed: {_first_line(error)}") from error
        return Outputs(*(np.concatenate(parts) for parts in zip(*results, strict=True)))

    def _infer(self, batch: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.float32]]:
        self._request.infer({"images": np.ascontiguousarray(batch)}, share_inputs=True)
        # The tensors are overwritten by the next call: copy them.
        return [self._request.get_tensor(name).data.copy() for name in _OUTPUTS]


def _first_line(error: RuntimeError) -> str:
    return str(error).strip().splitlines()[-1] if str(error).strip() else "unknown error"
