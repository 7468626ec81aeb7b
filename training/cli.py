"""The command line of training: parse, call one function, say what came of it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from classifier.taxonomy import Taxonomy, TaxonomyError
from training.errors import TrainingError

DEFAULT_OUTPUT = Path("models/starter")
DEFAULT_WORK = Path(".local/training")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what it says, 1 with one sentence on stderr when not."""
    options = _parser().parse_args(arguments)
    try:
        _starter(options)
    except (TrainingError, TaxonomyError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("training: stopped; nothing was written.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    starter = commands.add_parser("starter", help="from labelled photos to a bundle")
    starter.add_argument("--photos", type=Path, required=True, help="folder with manifest.csv, or")
    starter.add_argument("--output", type=Path, default=DEFAULT_OUTPUT, help="the bundle's folder")
    starter.add_argument("--work", type=Path, default=DEFAULT_WORK, help="keeps computed features")
    starter.add_argument("--taxonomy", default="starter", help="name of a shipped one, or a file")
    starter.add_argument("--with-keras", action="store_true", help="write style.keras too")
    starter.add_argument("--per-style", type=int, default=0, help="photos of each style at most")
    starter.add_argument("--calibration-photos", type=int, default=300, help="for INT8")
    starter.add_argument("--seed", type=int, default=0)
    return parser


def _starter(options: argparse.Namespace) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        from training.starter import Options, make_bundle
    except ModuleNotFoundError as error:
        raise TrainingError(
            f"The package {error.name!r} is missing; run: pip install -r requirements/training.txt"
        ) from error
    bundle = make_bundle(
        Options(
            photos=options.photos,
            output=options.output,
            taxonomy=read_taxonomy(options.taxonomy),
            work=options.work,
            per_style=options.per_style,
            calibration_photos=options.calibration_photos,
            with_keras=options.with_keras,
            seed=options.seed,
        )
    )
    top1 = bundle.metrics["validation"]["top1"]
    print(f"Wrote {bundle.path}: top-1 {top1['value']:.1%} of {top1['n']} validation photos.")


def read_taxonomy(name: str) -> Taxonomy:
    """A shipped taxonomy by name (``starter``), or one from a JSON file.

    Raises TrainingError or TaxonomyError when there is none or it is wrong.
    """
    shipped = files("training").joinpath("taxonomies", f"{name}.json")
    source = shipped if shipped.is_file() else Path(name)
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"There is no readable taxonomy {name!r}.") from error
    return Taxonomy.from_dict(data)
