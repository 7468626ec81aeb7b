"""What the finished bundle is worth: the engines that serve it, on photos it was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from inference.bundle import Bundle
from inference.calibration import KINDS, OUTFIT, Calibration
from inference.engine import load_engine
from training.arrays import Floats, Images, Probabilities
from training.data.dataset import Split
from training.evaluation.calibrate import (
    Threshold,
    calibrated,
    expected_calibration_error,
)
from training.evaluation.evaluate import evaluate
from training.evaluation.gate import judge_gate
from training.evaluation.left_out import (
    LeftOut,
    judge_left_out,
    left_out_threshold,
    read_left_out,
)
from training.evaluation.sets import choose_quantile, cross_fitted_sets, set_metrics
from training.export.quantise import probabilities
from training.runs import PREDICTIONS, Run

BATCH = 32


@dataclass(frozen=True)
class Rules:
    """What is decided from the numbers: *not sure*, the sets, and the gate where there is one."""

    not_sure: Threshold
    quantile: float
    gate: float | None


@dataclass(frozen=True)
class _Said:
    """``probabilities`` [N, C] and ``gates`` [N, kinds] of an engine."""

    probabilities: Probabilities
    gates: Floats | None


def measure(
    folder: Path, plain: ov.Model, run: Run, val: Split, others: Images | None
) -> tuple[dict[str, Any], Rules]:
    """Metrics of the INT8 engine, how the engines agree, and the rules that go into the bundle.

    ``folder`` holds ``style.xml``; ``style.keras`` where it is there is measured by the TensorFlow
    engine. ``plain`` is the float model in OpenVINO. ``others`` are photos without an outfit.
    """
    served = _served("openvino", folder, run, val.images)
    exact = probabilities(plain, val.images)
    left, fitted = read_left_out(run), run.arrays("fitted.npz")
    threshold = left_out_threshold(left, float(fitted["temperature"]))
    sure = served.probabilities.max(axis=1) >= threshold.value
    right = served.probabilities.argmax(axis=1) == val.labels
    float_metrics = evaluate(exact, val.labels, run.taxonomy.ids, val.sources)
    quantile = choose_quantile(served.probabilities, val.labels, run.recipe.sets)
    gate = judge_gate(run)
    rules = Rules(threshold, quantile, gate["threshold"] if gate else None)
    metrics = {
        "left_out": judge_left_out(run),
        "validation": evaluate(served.probabilities, val.labels, run.taxonomy.ids, val.sources),
        "sets": cross_fitted_sets(served.probabilities, val.labels, val.sources, run.recipe.sets),
        "sets_left_out": _sets_left_out(run, left, quantile),
        "calibration": {
            **_float_calibration(run, val),
            "coverage_when_sure": round(float(sure.mean()), 4),
            "accuracy_when_sure": round(float(right[sure].mean()), 4) if sure.any() else None,
        },
        "float": {key: float_metrics[key] for key in ("top1", "top3", "macro_recall", "ece")},
        "int8_against_float": _agreement(served.probabilities, exact),
    }
    if gate:
        metrics["gate"] = gate
    if (folder / "style.keras").is_file():
        reference = _served("tensorflow", folder, run, val.images)
        metrics["openvino_against_tensorflow"] = {
            **_agreement(served.probabilities, reference.probabilities),
            **_same_side(folder, run, (served, reference), others, rules.gate),
        }
    return metrics, rules


def _sets_left_out(run: Run, left: LeftOut, quantile: float) -> dict[str, Any]:
    """What the sets are worth on sources that were left out and chose the temperature."""
    chosen = left.of(left.chosen)
    temperature = float(run.arrays("fitted.npz")["temperature"])
    said = calibrated(chosen.logits, temperature)
    return set_metrics(said, chosen.labels, chosen.sources, quantile, run.recipe.sets)


def _same_side(
    folder: Path,
    run: Run,
    said: tuple[_Said, _Said],
    others: Images | None,
    threshold: float | None,
) -> dict[str, float]:
    """The share of photos, outfits and others, that both engines put on one side of the gate."""
    first, second = (engine.gates for engine in said)
    if threshold is None or others is None or first is None or second is None:
        return {}
    sides = []
    for name, gates in (("openvino", first), ("tensorflow", second)):
        more = _served(name, folder, run, others).gates
        parts = [gates] if more is None else [gates, more]
        sides.append(np.concatenate(parts)[:, KINDS.index(OUTFIT)] >= threshold)
    return {"same_side_of_the_gate": round(float((sides[0] == sides[1]).mean()), 4)}


def _served(name: str, folder: Path, run: Run, images: Images) -> _Said:
    bundle = Bundle(folder, "", run.taxonomy, Calibration(1.0, 0.0, ""), {})
    engine = load_engine(name, bundle)
    parts = [engine.run(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    gates = [part.gates for part in parts if part.gates is not None]
    return _Said(
        np.concatenate([part.probabilities for part in parts]),
        np.concatenate(gates) if gates else None,
    )


def _float_calibration(run: Run, val: Split) -> dict[str, float]:
    said = run.arrays(PREDICTIONS)
    return {
        "ece_before_temperature": _ece(said["logits"], 1.0, val),
        "ece_after_temperature": _ece(said["logits"], float(said["temperature"]), val),
    }


def _agreement(served: Probabilities, exact: Probabilities) -> dict[str, float]:
    return {
        "same_top_style": round(float((served.argmax(1) == exact.argmax(1)).mean()), 4),
        "largest_difference": round(float(np.abs(served - exact).max()), 4),
        "mean_difference": round(float(np.abs(served - exact).mean()), 5),
    }


def _ece(logits: Any, temperature: float, val: Split) -> float:
    return round(expected_calibration_error(calibrated(logits, temperature), val.labels), 4)
