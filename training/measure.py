"""What the finished bundle is worth: the engine that serves, against the float model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov

from classifier.taxonomy import Taxonomy
from training.calibrate import Probabilities
from training.dataset import Images, Split
from training.evaluate import evaluate
from training.fit import Fitted
from worker.bundle import Bundle, Calibration
from worker.engine import load_engine

BATCH = 32


def measure(
    folder: Path, plain: ov.Model, taxonomy: Taxonomy, fitted: Fitted, val: Split
) -> dict[str, Any]:
    """Metrics on the validation split: of the INT8 engine, and how it agrees with float.

    ``folder`` holds ``style.xml``; the other files of the bundle need not be there yet.
    """
    calibration = Calibration(fitted.temperature, fitted.threshold.value, "")
    bundle = Bundle(folder, "", taxonomy, calibration, {})
    engine = load_engine("openvino", bundle)
    served = np.concatenate([engine.run(part).probabilities for part in _parts(val.images)])
    exact = _probabilities(plain, val.images)
    sure = served.max(axis=1) >= fitted.threshold.value
    right = served.argmax(axis=1) == val.labels
    float_metrics = evaluate(exact, val.labels, taxonomy.ids, val.sources)
    return {
        "validation": evaluate(served, val.labels, taxonomy.ids, val.sources),
        "calibration": {
            "ece_before_temperature": fitted.ece_before,
            "ece_after_temperature": fitted.ece_after,
            "coverage_when_sure": round(float(sure.mean()), 4),
            "accuracy_when_sure": round(float(right[sure].mean()), 4) if sure.any() else None,
        },
        "float": {key: float_metrics[key] for key in ("top1", "top3", "macro_recall", "ece")},
        "int8_against_float": {
            "same_top_style": round(float((served.argmax(1) == exact.argmax(1)).mean()), 4),
            "largest_difference": round(float(np.abs(served - exact).max()), 4),
            "mean_difference": round(float(np.abs(served - exact).mean()), 5),
        },
    }


def _parts(images: Images) -> list[Images]:
    return [images[start : start + BATCH] for start in range(0, len(images), BATCH)]


def _probabilities(model: ov.Model, images: Images) -> Probabilities:
    compiled: Any = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.concatenate([compiled(part)["probabilities"] for part in _parts(images)])
