"""Engines that misbehave on purpose: `FASI_ENGINE=tests.support.engines:Gated`, for tests only."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle
from inference.engine import Outputs
from inference.engine.openvino import OpenVinoEngine
from inference.probe import read_probe

GATE = "FASI_TEST_GATE"
"""The variable with the path of a file: while it is there, no photo passes."""


class Gated(OpenVinoEngine):
    """The real engine behind a gate, so that a test can strike in the middle of a claim."""

    def __init__(self, bundle: Bundle) -> None:
        """As the real one."""
        self._passing = read_probe(bundle).images if bundle.format else np.empty(0)
        super().__init__(bundle)

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """See ``inference.engine.Engine.run``; black images, which warm it up, and probes pass."""
        gate = Path(os.environ[GATE])
        while images.any() and not np.array_equal(images, self._passing) and gate.exists():
            time.sleep(0.02)
        return super().run(images)


class ByColour(OpenVinoEngine):
    """The real engine with a gate that a test sets: black is `none`, white `people`, the rest worn.

    For bundles with a gate: `tests.support.gated_bundle`.
    """

    def __init__(self, bundle: Bundle) -> None:
        """As the real one, of whatever model: the gate is ours."""
        super().__init__(replace(bundle, calibration=replace(bundle.calibration, gate=None)))

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """See ``inference.engine.Engine.run``."""
        brightness = images.mean(axis=(1, 2, 3))
        people, none = brightness > 250, brightness < 5
        gates = np.stack([~people & ~none, people, none], axis=1)
        return replace(super().run(images), gates=gates.astype(np.float32))


class Aborting(OpenVinoEngine):
    """The real engine, but a magenta photo kills the process as a bug in native code would."""

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        """See ``inference.engine.Engine.run``."""
        red, green, blue = np.moveaxis(images.mean(axis=(1, 2)), -1, 0)
        if ((red > 200) & (green < 60) & (blue > 200)).any():
            os.abort()
        return super().run(images)
