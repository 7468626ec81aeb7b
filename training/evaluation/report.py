"""One self-contained HTML page about a finished run, for people: numbers, charts, photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from training.evaluation import charts
from training.evaluation.baseline import SmallNetwork
from training.evaluation.evaluate_run import evaluate_run
from training.evaluation.finished import FinishedRun, open_finished
from training.evaluation.gallery import gallery
from training.evaluation.learning import learning_charts
from training.writing import replace_text

REPORT = "report.html"

CONTENDERS = (
    ("chance", "Chance", "every style equally often"),
    ("majority", "Majority", "always the commonest style"),
    ("by_source", "Source only", "knows where the photo is from, never looks at it"),
    ("small_cnn", "Small CNN", "a plain network, from scratch on the same photos"),
    ("model", "The model", "as trained in this run"),
)


def write_report(
    folder: Path, say: Callable[[str], None] = print, network: SmallNetwork | None = None
) -> Path:
    """Evaluate the run and write ``report.html`` into it; returns where that is.

    The page needs no other file and asks no other host for anything. It holds photos of the
    validation split, so it is as confidential as they are. Raises TrainingError for a folder that
    is no finished run.
    """
    evaluation = evaluate_run(folder, say, network)
    run = open_finished(folder)
    photos = gallery(run)
    gone = [photo for style in photos for photo in (*style.best, *style.worst) if not photo.uri]
    if gone:
        say(f"{len(gone)} photos of the report cannot be read: it says so in their places.")
    page = _environment().get_template("report.html")
    text = page.render(
        run=run,
        evaluation=evaluation,
        names={style.id: style.name() for style in run.taxonomy.styles},
        contenders=_contenders(evaluation),
        matrix=_matrix(run, evaluation["model"]["confusion"]),
        cells=_cells(evaluation["cells"]),
        reliability=_reliability(evaluation["calibration"]),
        coverage=_coverage(evaluation["not_sure"]),
        learning=learning_charts(run.log()),
        gallery=photos,
        gone=len(gone),
    )
    target = folder / REPORT
    replace_text(target, text)
    return target


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: files(__package__).joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}\N{NO-BREAK SPACE}%"
    environment.filters["whole"] = lambda share: f"{100 * share:.0f}"
    environment.globals["bar"] = charts.interval_bar
    return environment


def _contenders(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": key, "name": name, "what": what, "metrics": evaluation[key]}
        for key, name, what in CONTENDERS
        if evaluation[key]
    ]


def _matrix(run: FinishedRun, confusion: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """A row a style; each cell with the share of the row that it is."""
    return [
        {
            "style": style,
            "total": sum(counts),
            "cells": [
                {"n": count, "share": count / max(sum(counts), 1), "right": said == place}
                for said, count in enumerate(counts)
            ],
        }
        for place, (style, counts) in enumerate(zip(run.taxonomy.styles, confusion, strict=True))
    ]


def _cells(cells: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The style-by-source results under their source."""
    sources = sorted({cell["source"] for cell in cells})
    return {source: [cell for cell in cells if cell["source"] == source] for source in sources}


def _reliability(calibration: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = (
        ("before", "Before temperature", "second"),
        ("after", f"After temperature {calibration['temperature']:.2f}", "first"),
    )
    return [
        {"title": title, "chart": _diagram(title, calibration[key], css), **calibration[key]}
        for key, title, css in kinds
    ]


def _diagram(title: str, trust: Mapping[str, Any], css: str) -> Markup:
    most = max(part["accuracy"]["n"] for part in trust["bins"])
    whiskers = [
        charts.Whisker(
            x=part["confidence"],
            y=accuracy["value"],
            low=accuracy["low"],
            high=accuracy["high"],
            weight=accuracy["n"] / most,
            text=f"{accuracy['n']} photos, {100 * part['confidence']:.0f} % sure,"
            f" {100 * accuracy['value']:.0f} % right",
        )
        for part in trust["bins"]
        for accuracy in (part["accuracy"],)
    ]
    description = f"{title}: share of right answers over confidence; ECE {trust['ece']:.3f}."
    return charts.reliability_chart(whiskers, css, description)


def _coverage(not_sure: Mapping[str, Any]) -> Markup:
    curve, chosen = not_sure["curve"], not_sure["chosen"]
    lowest = min(point["accuracy"] for point in curve)
    low = min(0.9, int(lowest * 10) / 10)
    line = charts.Line("", [(point["coverage"], point["accuracy"]) for point in curve], "first")
    mark = charts.Mark(
        (chosen["coverage"], chosen["accuracy"]),
        f"threshold {chosen['threshold']:.2f}",
    )
    return charts.line_chart(
        [line],
        charts.Axis("share of photos answered", 0, 1, charts.percent),
        charts.Axis("right among those answered", low, 1, charts.percent),
        "Share of right answers over the share of photos that are answered; at the threshold"
        f" {chosen['threshold']:.2f}, {100 * chosen['coverage']:.0f} % are answered and"
        f" {100 * chosen['accuracy']:.0f} % of those are right.",
        [mark],
    )
