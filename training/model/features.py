"""Features of photos by a backbone, computed once and kept in the work folder."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from training.arrays import Floats, Images
from training.model.graph import Backbone, feature_graph

CHUNK = 128
"""Photos a file in the cache: what a killed run loses at most."""


class FeatureCache:
    """Pooled features of a backbone, remembered; those of ``layers`` follow those of its end.

    The key of a chunk is the hash of the backbone's weights, of the layers and of the images
    themselves, so anything that changes what comes out (training, a photo, the preprocessing, a
    flip) is computed anew.
    """

    def __init__(self, folder: Path, backbone: Backbone, layers: Sequence[str] = ()) -> None:
        self._folder = folder
        self._key = _digest(backbone.network) + " ".join(layers).encode()
        self._run = runner(feature_graph(backbone, layers))
        self.channels = int(backbone.network.output.shape[-1])
        """Of the features that the backbone ends with; they come first."""
        folder.mkdir(parents=True, exist_ok=True)

    def features(self, images: Images, what: str) -> Floats:
        """Float32 [N, F] for uint8 [N, 224, 224, 3]; ``what`` is shown beside the progress."""
        starts = range(0, len(images), CHUNK)
        progress = tqdm(starts, desc=what, unit=f"x{CHUNK} photos")
        return np.concatenate([self._chunk(images[start : start + CHUNK]) for start in progress])

    def _chunk(self, images: Images) -> Floats:
        path = self._folder / f"{hashlib.sha256(self._key + images.tobytes()).hexdigest()}.npy"
        if path.is_file():
            return np.asarray(np.load(path), dtype=np.float32)
        features = self._run(images)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, features)
        part.replace(path)
        return features


def runner(model: keras.Model) -> Callable[[Images], Floats]:
    """A function that runs a model of one output over images on all cores.

    By OpenVINO, which is twice as fast as TensorFlow on CPUs, and twice as fast again in bfloat16
    where the CPU has it: features then differ by less than 1 %, an eighth of what INT8 changes in
    serving. With another backend than TensorFlow, which is there for its GPU, by that.
    """
    if keras.backend.backend() != "tensorflow":
        return lambda images: np.asarray(model.predict(images, batch_size=64, verbose=0))
    from inference.engine.openvino import runtime
    from training.model.convert import to_openvino

    settings = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "bf16"}
    compiled = runtime().compile_model(to_openvino(model), "CPU", settings)
    return lambda images: np.concatenate(_parallel(compiled, images))


def _parallel(compiled: Any, images: Images, size: int = 16) -> list[Floats]:
    """The first output for each ``size`` images, in order.

    Without callbacks of Python: a thread of the runtime that still let go of one, while the model
    was taken apart under Python's lock, would wait for that lock for ever.
    """
    free = [
        compiled.create_infer_request()
        for _ in range(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
    ]
    running: deque[Any] = deque()
    results: list[Floats] = []

    def wait_for_first() -> None:
        request = running.popleft()
        request.wait()
        results.append(request.get_output_tensor(0).data.copy())
        free.append(request)

    for start in range(0, len(images), size):
        if not free:
            wait_for_first()
        request = free.pop()
        request.start_async({0: images[start : start + size]})
        running.append(request)
    while running:
        wait_for_first()
    return results


def _digest(network: keras.Model) -> bytes:
    digest = hashlib.sha256()
    for weights in network.get_weights():
        digest.update(weights.tobytes())
    return digest.digest()
