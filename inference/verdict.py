"""From an engine's answer to what is said about one photo. Knows no Django."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.bundle import Bundle
from inference.calibration import KINDS, NONE, OUTFIT, PEOPLE, GateRule
from inference.engine import Outputs
from inference.style_sets import style_set
from inference.wardrobes import within_wardrobe


@dataclass(frozen=True)
class Verdict:
    """What kind of photo it is, the top style, and whether that is enough to be *decided*.

    ``kind`` is one of KINDS; what is no outfit is never decided, though its style is given, for
    whoever says that it is one. ``probabilities`` float32 [C] of the wardrobe's styles. ``gate``
    float32 [3] in the order of KINDS, None where the bundle has no gate. ``style_set``: ids, best
    first, empty where the bundle has no sets. ``explained``: whether the engine's activation map,
    which speaks for its own top style, explains this one too.
    """

    kind: str
    style: str
    confidence: float
    decided: bool
    probabilities: npt.NDArray[np.float32]
    gate: npt.NDArray[np.float32] | None
    style_set: tuple[str, ...]
    explained: bool


def verdict_of(
    probabilities: npt.NDArray[np.float32],
    bundle: Bundle,
    wardrobe: str = "",
    gate: npt.NDArray[np.float32] | None = None,
) -> Verdict:
    """What ``probabilities`` float32 [C] and ``gate`` float32 [3] mean within a wardrobe.

    An empty wardrobe stands for all styles.
    """
    within = within_wardrobe(probabilities, bundle.taxonomy, wardrobe)
    top = int(within.argmax())
    confidence = float(within[top])
    calibration = bundle.calibration
    ruled = gate if calibration.gate else None
    kind = kind_of(ruled, calibration.gate)
    sets = calibration.sets
    return Verdict(
        kind=kind,
        style=bundle.taxonomy.ids[top],
        confidence=confidence,
        decided=kind == OUTFIT and confidence >= calibration.threshold,
        probabilities=within,
        gate=ruled,
        style_set=style_set(within, bundle.taxonomy.ids, sets) if sets else (),
        explained=top == int(probabilities.argmax()),
    )


def verdict_at(outputs: Outputs, row: int, bundle: Bundle, wardrobe: str = "") -> Verdict:
    """What the engine said of the photo in ``row``."""
    gate = None if outputs.gates is None else outputs.gates[row]
    return verdict_of(outputs.probabilities[row], bundle, wardrobe, gate)


def kind_of(gate: npt.NDArray[np.float32] | None, rule: GateRule | None) -> str:
    """One of KINDS: an outfit from the rule's threshold on, else the likelier of the other two."""
    if gate is None or rule is None or gate[KINDS.index(OUTFIT)] >= rule.threshold:
        return OUTFIT
    return PEOPLE if gate[KINDS.index(PEOPLE)] > gate[KINDS.index(NONE)] else NONE
