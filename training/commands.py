"""The commands of training, one function each, called with what the command line said."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from training.recipe import Recipe, parse_change, read_recipe, with_changes
from training.taxonomies import read_taxonomy

if TYPE_CHECKING:
    from training.data.labelled import Dataset


def prepare(options: argparse.Namespace) -> None:
    """``prepare``: from labelled photos to a checked dataset."""
    _prepare(options, options.output)


def fit(options: argparse.Namespace) -> None:
    """``fit``: train on a dataset, or go on with a run."""
    from training.data.labelled import read_dataset
    from training.runs import open_run, start_run
    from training.train.fit import fit_run

    if options.dataset is None:
        run = open_run(options.folder)
    else:
        dataset = read_dataset(options.dataset)
        run = start_run(options.folder, _recipe(options), dataset)
    fit_run(run, options.work)


def evaluate(options: argparse.Namespace) -> None:
    """``evaluate``: judge a run beside its baselines, by sources left out, or on several folds."""
    if options.leave_source_out:
        _leave_source_out(options.folder)
    elif options.folds:
        from training.runs import open_run
        from training.train.cross_validation import cross_validate

        cross_validate(open_run(options.folder), options.folds, options.work)
    else:
        from training.evaluation.evaluate_run import evaluate_run, summary

        print(*summary(evaluate_run(options.folder, small=not options.without_network)), sep="\n")


def compare(options: argparse.Namespace) -> None:
    """``compare``: judge two bundles on the same validation photos."""
    from training.data.labelled import read_dataset
    from training.evaluation.bundles import compare_bundles, comparison_lines
    from training.writing import write_json

    dataset = read_dataset(options.dataset)
    compared = compare_bundles(options.first, options.second, dataset, options.source)
    write_json(options.output, compared)
    print(*comparison_lines(compared), sep="\n")


def report(options: argparse.Namespace) -> None:
    """``report``: write ``report.html`` into the run."""
    from training.evaluation.report import write_report

    print(f"Wrote {write_report(options.folder)}")


def export(options: argparse.Namespace) -> None:
    """``export``: from a run to a bundle."""
    _export(options, options.folder)


def all(options: argparse.Namespace) -> None:
    """``all``: everything from labelled photos to a bundle, each step only if not done yet."""
    from training.evaluation.evaluate_run import evaluate_run, summary
    from training.evaluation.report import write_report
    from training.runs import start_run
    from training.train.fit import fit_run

    recipe = _recipe(options)
    dataset = _prepare(options, options.work / "datasets" / options.name)
    folder = options.work / "runs" / options.name
    fit_run(start_run(folder, recipe, dataset), options.work)
    _leave_source_out(folder)
    print(*summary(evaluate_run(folder)), sep="\n")
    print(f"Wrote {write_report(folder)}")
    _export(options, folder)


def _leave_source_out(folder: Path) -> None:
    from training.evaluation.left_out import evaluate_left_out, left_out_summary
    from training.runs import open_run

    print(*left_out_summary(evaluate_left_out(open_run(folder))), sep="\n")


def _prepare(options: argparse.Namespace, output: Path) -> Dataset:
    from training.data.prepare import PrepareOptions
    from training.data.prepare import prepare as prepare_photos

    return prepare_photos(
        PrepareOptions(
            photos=tuple(options.photos),
            others=tuple(options.others),
            output=output,
            taxonomy=read_taxonomy(options.taxonomy),
            skip_bad=options.skip_bad,
            twin_distance=options.twin_distance,
            val_share=options.val_share,
            resplit=options.resplit,
            seed=options.seed,
        )
    )


def _export(options: argparse.Namespace, folder: Path) -> None:
    from training.export.bundle import export_run
    from training.runs import open_run

    bundle = export_run(open_run(folder), options.output, with_keras=not options.without_keras)
    top1 = bundle.metrics["validation"]["top1"]
    print(f"Wrote {bundle.path}: top-1 {top1['value']:.1%} of {top1['n']} validation photos.")


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = read_recipe(options.recipe)
    for change in options.set:
        recipe = with_changes(recipe, parse_change(change))
    return recipe
