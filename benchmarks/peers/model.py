"""The bundle as a user of these servers would run it: OpenVINO, tuned for latency."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from PIL import Image

from inference.preprocessing import model_input

STARTER = Path(__file__).parents[2] / "models" / "starter"
MOST, WITHIN_S = 16, 0.005
"""Photos of a batch, and how long a server waits for the next, where it batches."""


def pixels(photo: bytes) -> NDArray[np.uint8]:
    """A JPEG as the model's input."""
    with Image.open(BytesIO(photo)) as image:
        image.draft("RGB", (448, 448))
        return model_input(image)


class Model:
    """The starter, compiled for the CPU."""

    def __init__(self) -> None:
        settings = {"PERFORMANCE_HINT": "LATENCY"}
        self._model: Any = ov.Core().compile_model(STARTER / "style.xml", "CPU", settings)
        self.styles(np.zeros((1, 224, 224, 3), np.uint8))

    def styles(self, images: NDArray[np.uint8] | Sequence[NDArray[np.uint8]]) -> list[list[float]]:
        """The probabilities of each photo's styles."""
        answers = self._model({"images": np.ascontiguousarray(np.stack(list(images)))})
        found: list[list[float]] = answers["probabilities"].tolist()
        return found
