"""The files of a bundle that people and the site read: JSON and the model card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inference.calibration import KINDS
from training.evaluation.calibrate import SURE_ACCURACY
from training.export.card import model_card
from training.export.measure import Rules
from training.runs import Run
from training.writing import write_json


def write_papers(folder: Path, run: Run, rules: Rules, metrics: Mapping[str, Any]) -> None:
    """Write ``taxonomy.json``, ``calibration.json``, ``metrics.json`` and ``MODEL_CARD.md``."""
    write_json(folder / "taxonomy.json", run.taxonomy.to_dict())
    write_json(folder / "calibration.json", _calibration(run, rules, metrics))
    write_json(folder / "metrics.json", dict(metrics))
    card = model_card(run, metrics, rules)
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def _calibration(run: Run, rules: Rules, metrics: Mapping[str, Any]) -> dict[str, Any]:
    left, sets = metrics["left_out"], run.recipe.sets
    calibration: dict[str, Any] = {
        "temperature": round(float(run.arrays("fitted.npz")["temperature"]), 6),
        "temperature_in_graph": True,
        "threshold": rules.not_sure.value,
        "target": (
            f"lowest threshold at which at least {SURE_ACCURACY:.0%} of the answers given are"
            f" right on {len(left['chosen_on'])} sources that were left out in turn (or the best"
            f" within reach at half coverage): {rules.not_sure.accuracy:.1%} right,"
            f" {rules.not_sure.coverage:.1%} answered there"
        ),
        "sets": {
            "method": "RAPS",
            "coverage": sets.coverage,
            "quantile": rules.quantile,
            "penalty": sets.penalty,
            "free": sets.free,
            "target": f"the right style is in {sets.coverage:.0%} of the sets on the validation"
            f" split: {metrics['sets']['coverage']['value']:.1%}, mean size"
            f" {metrics['sets']['size']:.2f}",
        },
    }
    if rules.gate is not None:
        gate = metrics["gate"]
        calibration["gate"] = {
            "kinds": list(KINDS),
            "threshold": rules.gate,
            "target": f"highest threshold that turns at most {run.recipe.gate.lost:.1%} of the"
            f" outfits away: {gate['outfits_lost']['value']:.1%}, and with them"
            f" {gate['turned_away']['value']:.1%} of the photos without an outfit, of sources that"
            " the gate had not seen",
        }
    return calibration
