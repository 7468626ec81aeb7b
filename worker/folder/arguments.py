"""What `classify_folder` and `fasi classify` take. Imports neither Django nor an engine."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path

HELP = (
    "Say the style of a photo, or of every photo in a folder and below it. Needs no running"
    " service. Exits with 0 if all were classified, 1 if some failed (their rows say why), 2 if"
    " nothing was begun, 130 if it was stopped."
)


def needs_no_service(arguments: Sequence[str]) -> bool:
    """Whether the command with these arguments works without any service, and without settings."""
    return "--enqueue" not in arguments


def add_arguments(parser: ArgumentParser) -> None:
    """Declare them."""
    add = parser.add_argument
    add("folder", metavar="PHOTO|DIR", type=_place, help="a photo, or a folder of photos")
    add(
        "--output",
        metavar="FILE",
        help="results.csv, .jsonl or .parquet; - is standard output (default: DIR-styles.csv,"
        " of one photo: -)",
    )
    add("--json", action="store_true", help="JSON lines on standard output, for programs")
    add("--resume", action="store_true", help="go on with FILE: only files that it lacks")
    add("--overwrite", action="store_true", help="replace FILE")
    add("--report", metavar="HTML", type=Path, help="a page of photos by style")
    add("--copy-to", metavar="DIR2", type=Path, help="copies of the photos in a folder a style")
    add("--wardrobe", default="", help="compare only a wardrobe's styles")
    add("--bundle", metavar="DIR", type=Path, help="the model's folder (default: models/starter)")
    add("--engine", help="openvino or tensorflow (default: FASI_ENGINE)")
    add("--threads", type=int, default=os.cpu_count() or 2, help="that decode photos")
    add("--enqueue", action="store_true", help="send the photos to the site's queue instead")
    add("--user", help="with --enqueue: whose photos they will be")


def _place(text: str) -> Path:
    place = Path(text)
    if not place.exists():
        raise ArgumentTypeError(f"there is no photo and no folder {text}")
    return place
