"""The entry point: all commands, and what every one of them does about errors."""

import os
import sys
from collections.abc import Sequence

import click

from cli import about, checking, programs, stack
from cli.errors import DONE, FAILED, STOPPED, USAGE, Problem
from cli.forwarding import WrongUsage
from version import VERSION

HELP = """Say what style an outfit is: run the site, look after it, train its model.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not running, 130 stopped by Ctrl-C."""


class InOrder(click.Group):
    """Lists commands in the order in which somebody needs them, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


fasi = InOrder(
    "fasi",
    help=HELP,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[],
    commands=[*stack.COMMANDS, *checking.COMMANDS, *programs.COMMANDS, *about.COMMANDS],
)
click.version_option(VERSION, message="%(version)s")(fasi)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. An error is one sentence on stderr."""
    try:
        code = fasi.main(args=arguments, prog_name="fasi", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read what we print has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (click.UsageError, Problem, KeyboardInterrupt, click.Abort, OSError) as error:
        return _tell(error)
    except ModuleNotFoundError as error:  # an image of the site has no crawler, for one
        _say(f"The package {error.name!r} is not here; a checkout after `make env` has it.")
        return FAILED
    return code if isinstance(code, int) else DONE


def _tell(error: BaseException) -> int:
    """Say what went wrong; returns the exit code."""
    code = FAILED
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        code = USAGE
    elif isinstance(error, click.UsageError):
        _say(f"{error.format_message()} `{_path(error)} --help` says more.")
        code = USAGE
    elif isinstance(error, Problem):
        _say(str(error))
        code = error.code
    elif isinstance(error, OSError):
        what = error.strerror or str(error)
        _say(f"{error.filename}: {what}." if error.filename else f"{what}.")
    else:
        _say("Stopped.")
        code = STOPPED
    return code


def _say(sentence: str) -> None:
    click.echo(f"fasi: {sentence}", err=True)


def _path(error: click.UsageError) -> str:
    if isinstance(error, WrongUsage):
        return error.program
    return error.ctx.command_path if error.ctx else "fasi"
