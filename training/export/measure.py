"""What the finished bundle is worth: the engines that serve it, on the validation photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from inference.bundle import Bundle
from inference.calibration import Calibration
from inference.engine import load_engine
from training.arrays import Images, Probabilities
from training.data.dataset import Split
from training.evaluation.calibrate import (
    Threshold,
    calibrated,
    choose_threshold,
    expected_calibration_error,
)
from training.evaluation.evaluate import evaluate
from training.export.quantise import probabilities
from training.runs import PREDICTIONS, Run

BATCH = 32


def measure(
    folder: Path, plain: ov.Model, run: Run, val: Split
) -> tuple[dict[str, Any], Threshold]:
    """Metrics of the INT8 engine, how the engines agree, and the threshold of *not sure*.

    ``folder`` holds ``style.xml``; ``style.keras`` where it is there is measured by the TensorFlow
    engine. ``plain`` is the float model in OpenVINO.
    """
    served = _served("openvino", folder, run, val.images)
    exact = probabilities(plain, val.images)
    threshold = choose_threshold(served, val.labels)
    sure = served.max(axis=1) >= threshold.value
    right = served.argmax(axis=1) == val.labels
    said = run.arrays(PREDICTIONS)
    float_metrics = evaluate(exact, val.labels, run.taxonomy.ids, val.sources)
    metrics = {
        "validation": evaluate(served, val.labels, run.taxonomy.ids, val.sources),
        "calibration": {
            "ece_before_temperature": _ece(said["logits"], 1.0, val),
            "ece_after_temperature": _ece(said["logits"], float(said["temperature"]), val),
            "coverage_when_sure": round(float(sure.mean()), 4),
            "accuracy_when_sure": round(float(right[sure].mean()), 4) if sure.any() else None,
        },
        "float": {key: float_metrics[key] for key in ("top1", "top3", "macro_recall", "ece")},
        "int8_against_float": _agreement(served, exact),
    }
    if (folder / "style.keras").is_file():
        reference = _served("tensorflow", folder, run, val.images)
        metrics["openvino_against_tensorflow"] = _agreement(served, reference)
    return metrics, threshold


def _served(name: str, folder: Path, run: Run, images: Images) -> Probabilities:
    bundle = Bundle(folder, "", run.taxonomy, Calibration(1.0, 0.0, ""), {})
    engine = load_engine(name, bundle)
    starts = range(0, len(images), BATCH)
    parts = [engine.run(images[start : start + BATCH]).probabilities for start in starts]
    return np.concatenate(parts)


def _agreement(served: Probabilities, exact: Probabilities) -> dict[str, float]:
    return {
        "same_top_style": round(float((served.argmax(1) == exact.argmax(1)).mean()), 4),
        "largest_difference": round(float(np.abs(served - exact).max()), 4),
        "mean_difference": round(float(np.abs(served - exact).mean()), 5),
    }


def _ece(logits: Any, temperature: float, val: Split) -> float:
    return round(expected_calibration_error(calibrated(logits, temperature), val.labels), 4)
