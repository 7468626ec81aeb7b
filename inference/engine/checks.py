"""What all engines share: the outputs of a model, and what is checked of it and of images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle
from inference.engine import EngineError, Outputs
from inference.preprocessing import INPUT_SIZE

OUTPUTS = ("probabilities", "embedding", "activation_map")
"""The names of a model's outputs, in the order of ``Outputs``."""


def weights_file(bundle: Bundle, name: str, runtime: str) -> Path:
    """The file ``name`` of the bundle; raises EngineError when the bundle comes without it."""
    path = bundle.path / name
    if not path.is_file():
        raise EngineError(f"The bundle {bundle.path} has no {name} for {runtime}.")
    return path


def check_outputs(path: Path, names: Iterable[str]) -> None:
    """Raise EngineError unless the model at ``path`` has all of OUTPUTS among its ``names``."""
    if missing := set(OUTPUTS).difference(names):
        raise EngineError(f"The model {path} has no output {', '.join(sorted(missing))}.")


def check_styles(path: Path, outputs: Outputs, bundle: Bundle) -> None:
    """Raise EngineError unless the model gives one probability for each style of the bundle."""
    classes, styles = outputs.probabilities.shape[1], len(bundle.taxonomy.styles)
    if classes != styles:
        raise EngineError(f"The model {path} has {classes} styles, its taxonomy {styles}.")


def check_images(images: npt.NDArray[np.uint8]) -> None:
    """Raise EngineError unless ``images`` is uint8 [N, 224, 224, 3] with N >= 1."""
    shape = (INPUT_SIZE, INPUT_SIZE, 3)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != shape:
        raise EngineError(
            f"The engine takes uint8 [N, {INPUT_SIZE}, {INPUT_SIZE}, 3], not {images.dtype}"
            f" {list(images.shape)}."
        )
    if not len(images):
        raise EngineError("The engine was given no image.")


def joined(batches: Iterable[Iterable[npt.NDArray[np.float32]]]) -> Outputs:
    """What was said of several batches, each in the order of OUTPUTS, as one answer."""
    return Outputs(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))


def last_line(error: BaseException) -> str:
    """The line of a runtime's report that says what happened."""
    return str(error).strip().rpartition("\n")[2] or type(error).__name__
