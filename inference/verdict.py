"""From an engine's probabilities to what is said about one photo. Knows no Django."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle
from inference.wardrobes import within_wardrobe


@dataclass(frozen=True)
class Verdict:
    """The top style, how probable it is, and whether that is enough to be *decided*.

    ``probabilities`` float32 [C] of the wardrobe's styles. ``explained``: whether the engine's
    activation map, which speaks for its own top style, explains this one too.
    """

    style: str
    confidence: float
    decided: bool
    probabilities: npt.NDArray[np.float32]
    explained: bool


def verdict_of(
    probabilities: npt.NDArray[np.float32], bundle: Bundle, wardrobe: str = ""
) -> Verdict:
    """What the engine's ``probabilities`` float32 [C] mean within a wardrobe, or all styles."""
    within = within_wardrobe(probabilities, bundle.taxonomy, wardrobe)
    top = int(within.argmax())
    confidence = float(within[top])
    return Verdict(
        style=bundle.taxonomy.ids[top],
        confidence=confidence,
        decided=confidence >= bundle.calibration.threshold,
        probabilities=within,
        explained=top == int(probabilities.argmax()),
    )
