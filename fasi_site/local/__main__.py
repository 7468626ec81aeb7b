"""The command line: `python -m fasi_site.local up` and `... run [options] -- COMMAND ...`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fasi_site.local.errors import LocalError, Stopped
from version import VERSION


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fasi_site.local", description=__doc__)
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="run the whole product until Ctrl-C")
    up.set_defaults(run=_up)
    run = commands.add_parser("run", help="run a command against the services only")
    run.set_defaults(run=_run, wrong=run.error)
    where = run.add_mutually_exclusive_group()
    where.add_argument("--data", type=Path, help="the data folder (default: FASI_DATA, .local)")
    where.add_argument("--fresh", action="store_true", help="a temporary folder, removed after")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    return parser


def _up(_: argparse.Namespace) -> int:
    from fasi_site.local.supervisor import up

    try:
        return up()
    except Stopped:
        return 0


def _run(options: argparse.Namespace) -> int:
    from fasi_site.local.runner import run

    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        options.wrong("name the command to run after --")
    try:
        return run(argv, options.data, fresh=options.fresh)
    except Stopped:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
