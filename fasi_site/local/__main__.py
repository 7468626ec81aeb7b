"""The command line: `python -m fasi_site.local up` and `... run [options] -- COMMAND ...`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fasi_site.local.errors import LocalError, Stopped


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m fasi_site.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="run the whole product until Ctrl-C")
    run_parser = commands.add_parser("run", help="run a command against the services only")
    where = run_parser.add_mutually_exclusive_group()
    where.add_argument("--data", type=Path, help="the data folder (default: FASI_DATA, .local)")
    where.add_argument("--fresh", action="store_true", help="a temporary folder, removed after")
    run_parser.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    options = parser.parse_args(arguments)
    try:
        if options.command == "up":
            from fasi_site.local.supervisor import up

            return up()
        from fasi_site.local.runner import run

        argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
        if not argv:
            run_parser.error("name the command to run after --")
        return run(argv, options.data, fresh=options.fresh)
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 0 if options.command == "up" else 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
