"""What `manage.py retrain` and `fasi retrain` take. Imports no Django."""

from argparse import ArgumentParser

HELP = (
    "Take the retraining that waits, or else begin one, and go all the way to a candidate release."
    " Killed at any moment, the same command goes on, here or on another machine with the same"
    " settings."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare them."""
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--wait", action="store_true", help="take what is queued, one after the other, for ever"
    )
    how.add_argument(
        "--queue", action="store_true", help="queue one, for a machine that waits for it"
    )
    how.add_argument(
        "--clean",
        action="store_true",
        help="only delete photos of retrainings that ended, or that nobody goes on with",
    )
