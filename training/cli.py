"""The command line of training: parse, call one function, say what came of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from inference.taxonomy import TaxonomyError
from training import commands
from training.errors import TrainingError
from version import VERSION

PROGRAM = "python -m training"
WORK = Path(".local/training")


def main(arguments: Sequence[str] | None = None, top: argparse.ArgumentParser | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 with one sentence on stderr when not."""
    options = (top or parser()).parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        options.run(options)
    except (TrainingError, TaxonomyError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(
            f"training: the package {error.name!r} is missing; run:"
            " pip install -r requirements/training.txt",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("training: stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    return 0


def parser(
    program: str = PROGRAM, kind: type[argparse.ArgumentParser] = argparse.ArgumentParser
) -> argparse.ArgumentParser:
    """What it takes; `fasi` parses, shows and completes the same."""
    top = kind(prog=program, description="From labelled photos to a bundle that serves.")
    top.add_argument("--version", action="version", version=VERSION)
    top.add_argument(
        "--work", type=Path, default=WORK, help=f"folder for features and runs ({WORK})"
    )
    parsers = top.add_subparsers(required=True, metavar="COMMAND")
    prepare = parsers.add_parser("prepare", help="from labelled photos to a checked dataset")
    prepare.set_defaults(run=commands.prepare)
    _add_photos(prepare)
    prepare.add_argument("--output", type=Path, required=True, help="the dataset's folder")
    fit = parsers.add_parser("fit", help="train on a dataset; the same command resumes")
    fit.set_defaults(run=commands.fit)
    fit.add_argument("folder", type=Path, metavar="RUN", help="the run's folder")
    fit.add_argument("--dataset", type=Path, help="what prepare wrote; not needed to resume")
    _add_recipe(fit)
    evaluate = parsers.add_parser("evaluate", help="judge a run beside its baselines")
    evaluate.set_defaults(run=commands.evaluate)
    evaluate.add_argument("folder", type=Path, metavar="RUN")
    evaluate.add_argument(
        "--folds", type=int, default=0, help="train the recipe on so many folds and judge it so"
    )
    evaluate.add_argument(
        "--leave-source-out",
        action="store_true",
        help="judge each source by heads that were fitted without it",
    )
    evaluate.add_argument(
        "--without-network",
        action="store_true",
        help="leave out the small network that is trained to compare with",
    )
    compare = parsers.add_parser(
        "compare", help="judge two bundles on the validation photos of one dataset"
    )
    compare.set_defaults(run=commands.compare)
    compare.add_argument("first", type=Path, metavar="BUNDLE")
    compare.add_argument("second", type=Path, metavar="OTHER")
    compare.add_argument("--dataset", type=Path, required=True, help="what prepare wrote")
    compare.add_argument("--source", help="photos of this source only")
    compare.add_argument("--output", type=Path, required=True, help="a JSON file")
    report = parsers.add_parser("report", help="write RUN/report.html, to look at")
    report.set_defaults(run=commands.report)
    report.add_argument("folder", type=Path, metavar="RUN")
    export = parsers.add_parser("export", help="from a run to a bundle")
    export.set_defaults(run=commands.export)
    export.add_argument("folder", type=Path, metavar="RUN")
    _add_output(export)
    everything = parsers.add_parser("all", help="prepare, fit, evaluate, report and export")
    everything.set_defaults(run=commands.all)
    _add_photos(everything)
    everything.add_argument("--name", default="starter", help="of the dataset and the run")
    _add_recipe(everything)
    _add_output(everything)
    return top


def _add_photos(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--photos",
        type=Path,
        action="append",
        required=True,
        help="folder with manifest.csv or style/photo.jpg; may be given several times",
    )
    parser.add_argument(
        "--others",
        type=Path,
        action="append",
        default=[],
        help="folder of photos without an outfit, for the gate: manifest.csv or kind/photo.jpg",
    )
    parser.add_argument("--taxonomy", default="starter", help="name of a shipped one, or a file")
    parser.add_argument(
        "--skip-bad",
        action="store_true",
        help="leave out missing, changed and unreadable files instead of stopping",
    )
    parser.add_argument(
        "--twin-distance", type=int, default=12, help="bits of 256; 0 finds equal files only"
    )
    parser.add_argument("--val-share", type=float, default=0.15, help="of photos to validate on")
    parser.add_argument("--resplit", action="store_true", help="forget the splits of manifests")
    parser.add_argument("--seed", type=int, default=0, help="of the split")


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recipe", default="starter", help="name of a shipped one, or a TOML file")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="change one option of the recipe, as in --set tune.epochs=3",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, default=Path("models/starter"), help="the bundle")
    parser.add_argument(
        "--without-keras", action="store_true", help="no style.keras: OpenVINO serves it, no GPU"
    )
