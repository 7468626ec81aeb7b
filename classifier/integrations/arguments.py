"""What `manage.py create_token` and `fasi token` take. Imports no Django."""

from argparse import ArgumentParser

HELP = "Make a token for the REST API. It goes to stdout, alone, and is never shown again."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("username", metavar="USER")
    parser.add_argument(
        "--scope",
        action="append",
        metavar="SCOPE",
        help="what it may do: read, write or admin; may be given several times (default: read and"
        " write)",
    )
    parser.add_argument("--name", default="made on the command line", help="what it is for")
    parser.add_argument(
        "--expires",
        metavar="WHEN",
        help="days from now (90), or a time (2027-01-31T12:00+00:00); without it, never",
    )
