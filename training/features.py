"""Features of frozen photos, computed once and kept in the work folder."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov
from tqdm import tqdm

Images = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
CHUNK = 128
"""Photos a file in the cache: what a killed run loses at most."""


class FeatureCache:
    """Runs a model of one output over images and remembers what it said.

    The key of a chunk is the hash of the model's name and of the images themselves, so anything
    that changes what the model sees (a photo, the preprocessing, a flip) is computed anew.
    """

    def __init__(self, folder: Path, name: str, model: ov.Model) -> None:
        self._folder = folder
        self._name = name
        folder.mkdir(parents=True, exist_ok=True)
        settings = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}
        self._compiled: Any = ov.Core().compile_model(model, "CPU", settings)

    def features(self, images: Images, what: str) -> Floats:
        """Float32 [N, F] for uint8 [N, 224, 224, 3]; ``what`` is shown beside the progress."""
        starts = range(0, len(images), CHUNK)
        progress = tqdm(starts, desc=what, unit=f"x{CHUNK} photos")
        return np.concatenate([self._chunk(images[start : start + CHUNK]) for start in progress])

    def _chunk(self, images: Images) -> Floats:
        digest = hashlib.sha256(self._name.encode() + images.tobytes()).hexdigest()
        path = self._folder / f"{digest}.npy"
        if path.is_file():
            return np.asarray(np.load(path), dtype=np.float32)
        features = np.concatenate(run(self._compiled, images))
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.save(file, features)
        part.replace(path)
        return features


def run(compiled: Any, images: Images, size: int = 16) -> list[Floats]:
    """The first output for each ``size`` images, kept in order, on all cores."""
    results: dict[int, Floats] = {}
    queue = ov.AsyncInferQueue(compiled)
    queue.set_callback(
        lambda request, index: results.__setitem__(index, request.get_output_tensor(0).data.copy())
    )
    for index, start in enumerate(range(0, len(images), size)):
        queue.start_async({0: images[start : start + size]}, index)
    queue.wait_all()
    return [results[index] for index in range(len(results))]
