"""Engines run a bundle: from RGB bytes to probabilities, embeddings and activation maps.

The engine itself is imported when it is loaded, so that a worker with the OpenVINO engine never
imports TensorFlow. Load an engine in the process that uses it, never before a fork.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle

_ENGINES = {
    "openvino": ("inference.engine.openvino", "OpenVinoEngine", "requirements.txt"),
    "tensorflow": (
        "inference.engine.tensorflow",
        "TensorFlowEngine",
        "requirements/tensorflow.txt",
    ),
}
"""By name: the module, the class, and what installs its runtime."""


class EngineError(Exception):
    """An engine that cannot be loaded or cannot run; the message says why in one sentence."""


@dataclass(frozen=True)
class Outputs:
    """What an engine says about N images.

    ``probabilities`` float32 [N, C], each row sums to 1, styles in the order of the taxonomy;
    ``embeddings`` float32 [N, 256], each row of unit length;
    ``activation_maps`` float32 [N, 7, 7]: how much each place speaks for the top style, unscaled
    (class activation mapping: Zhou et al. 2016);
    ``gates`` float32 [N, 3], each row sums to 1: how probably each image is each of
    ``inference.calibration.KINDS``; None for a model that does not say.
    """

    probabilities: npt.NDArray[np.float32]
    embeddings: npt.NDArray[np.float32]
    activation_maps: npt.NDArray[np.float32]
    gates: npt.NDArray[np.float32] | None = None


class Engine(Protocol):
    """Holds a model in memory and runs it. Not for use by several threads at a time."""

    name: str

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """Classify N >= 1 RGB images, uint8 [N, 224, 224, 3], of ``preprocessing.model_input``.

        Raises EngineError for any other shape or type, or when the runtime fails.
        """


def load_engine(name: str, bundle: Bundle) -> Engine:
    """The engine ``name`` with the weights of ``bundle``, compiled and ready.

    ``name`` is one of ours, or ``package.module:Class`` of another that keeps the protocol and is
    made from a bundle. Raises EngineError for an unknown name, for a runtime that is not
    installed, and for a bundle that the engine cannot run.
    """
    module, class_name, requirements = _ENGINES.get(name, (*_foreign(name), ""))
    try:
        engine_class = getattr(import_module(module), class_name)
    except ModuleNotFoundError as error:
        hint = f"; run: pip install -r {requirements}" if requirements else "."
        raise EngineError(f"The engine {name!r} needs the package {error.name!r}{hint}") from error
    except AttributeError as error:
        raise EngineError(f"The module {module!r} has no engine {class_name!r}.") from error
    engine: Engine = engine_class(bundle)
    return engine


def _foreign(name: str) -> tuple[str, str]:
    """Module and class of ``package.module:Class``."""
    module, _, class_name = name.partition(":")
    if name not in _ENGINES and not (module and class_name):
        known = ", ".join(sorted(_ENGINES))
        raise EngineError(f"There is no engine {name!r}; known engines: {known}.")
    return module, class_name
