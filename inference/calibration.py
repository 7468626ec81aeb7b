"""How far a model's numbers may be trusted: what ``calibration.json`` of a bundle says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("outfit", "people", "none")
"""What a photo may be, in the order of the gate's probabilities: an outfit; people, but no outfit
that could be judged (faces, hands, groups); none of either."""
OUTFIT, PEOPLE, NONE = KINDS


class CalibrationError(ValueError):
    """A calibration that cannot be used; the message ends the sentence "<file> …"."""


@dataclass(frozen=True)
class GateRule:
    """A photo is an outfit from ``threshold`` of that probability on; ``target`` says why there."""

    threshold: float
    target: str


@dataclass(frozen=True)
class SetRule:
    """How many styles are named beside the top one: RAPS (Angelopoulos et al. 2021).

    https://arxiv.org/abs/2009.14193. ``quantile`` was found in training so that the set holds the
    right style in ``coverage`` of photos; from rank ``free`` on, each further style costs
    ``penalty``.
    """

    coverage: float
    quantile: float
    penalty: float
    free: int
    target: str


@dataclass(frozen=True)
class Calibration:
    """How far the probabilities may be trusted.

    ``temperature`` is already inside the graph (folded into the head): never divide again.
    Below ``threshold`` the top probability counts as *not sure*; ``target`` says what it was
    picked for. A bundle without a ``gate`` takes every photo for an outfit, one without ``sets``
    names the top style only.
    """

    temperature: float
    threshold: float
    target: str
    gate: GateRule | None = None
    sets: SetRule | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """The content of ``calibration.json``. Raises CalibrationError."""
        try:
            calibration = cls(
                temperature=float(data["temperature"]),
                threshold=float(data["threshold"]),
                target=str(data["target"]),
                gate=_gate(data["gate"]) if "gate" in data else None,
                sets=_sets(data["sets"]) if "sets" in data else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, CalibrationError):
                raise
            raise CalibrationError("needs 'temperature', 'threshold' and 'target'.") from error
        if data.get("temperature_in_graph") is not True:
            raise CalibrationError("must say that the temperature is inside the graph.")
        if not (calibration.temperature > 0 and 0 <= calibration.threshold <= 1):
            raise CalibrationError("has a temperature or a threshold out of range.")
        return calibration


def _gate(data: Any) -> GateRule:
    try:
        kinds = tuple(data["kinds"])
        rule = GateRule(threshold=float(data["threshold"]), target=str(data["target"]))
    except (KeyError, TypeError, ValueError) as error:
        raise CalibrationError("needs 'kinds', 'threshold' and 'target' in 'gate'.") from error
    if kinds != KINDS:
        raise CalibrationError(f"has a gate of other kinds than {', '.join(KINDS)}.")
    if not 0 <= rule.threshold <= 1:
        raise CalibrationError("has a threshold of the gate out of range.")
    return rule


def _sets(data: Any) -> SetRule:
    try:
        method = data["method"]
        rule = SetRule(
            coverage=float(data["coverage"]),
            quantile=float(data["quantile"]),
            penalty=float(data["penalty"]),
            free=int(data["free"]),
            target=str(data["target"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CalibrationError(
            "needs 'method', 'coverage', 'quantile', 'penalty', 'free' and 'target' in 'sets'."
        ) from error
    if method != "RAPS":
        raise CalibrationError(f"has sets of the unknown method {method!r}.")
    if not (0 < rule.coverage < 1 and rule.quantile > 0 and rule.penalty >= 0 and rule.free >= 0):
        raise CalibrationError("has numbers of 'sets' out of range.")
    return rule
