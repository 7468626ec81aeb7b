"""What all engines share: the outputs of a model, and what is checked of it and of images."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle
from inference.calibration import KINDS
from inference.engine import EngineError, Outputs
from inference.preprocessing import INPUT_SIZE

OUTPUTS = ("probabilities", "embedding", "activation_map")
"""The names of a model's outputs, in the order of ``Outputs``."""
GATE = "gate"
"""One output more, of models that know what is no outfit."""


def weights_file(bundle: Bundle, name: str, runtime: str) -> Path:
    """The file ``name`` of the bundle; raises EngineError when the bundle comes without it."""
    path = bundle.path / name
    if not path.is_file():
        raise EngineError(f"The bundle {bundle.path} has no {name} for {runtime}.")
    return path


def outputs_of(path: Path, names: Iterable[str], bundle: Bundle) -> tuple[str, ...]:
    """The outputs to read of the model at ``path``, which has those of these ``names``.

    All of OUTPUTS, and the gate where there is one. Raises EngineError where one is missing that
    must be there: the gate too, in a bundle whose calibration has a threshold for it.
    """
    known = set(names)
    wanted = (*OUTPUTS, GATE) if bundle.calibration.gate else OUTPUTS
    if missing := set(wanted) - known:
        raise EngineError(f"The model {path} has no output {', '.join(sorted(missing))}.")
    return (*OUTPUTS, GATE) if GATE in known else OUTPUTS


def check_sizes(path: Path, outputs: Outputs, bundle: Bundle) -> None:
    """Raise EngineError unless the model gives one probability for each style and each kind."""
    classes, styles = outputs.probabilities.shape[1], len(bundle.taxonomy.styles)
    if classes != styles:
        raise EngineError(f"The model {path} has {classes} styles, its taxonomy {styles}.")
    if outputs.gates is not None and outputs.gates.shape[1] != len(KINDS):
        kinds = outputs.gates.shape[1]
        raise EngineError(f"The gate of the model {path} has {kinds} kinds, not {len(KINDS)}.")


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
    """What was said of several batches, each in the order of ``outputs_of``, as one answer."""
    return Outputs(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))


def last_line(error: BaseException) -> str:
    """The line of a runtime's report that says what happened."""
    return str(error).strip().rpartition("\n")[2] or type(error).__name__
