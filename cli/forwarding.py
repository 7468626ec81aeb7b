"""A command of `fasi` whose options an `argparse` parser declares, as the program behind it does.

`manage.py`, `python -m training` and `python -m crawler` keep their parsers; here the same ones
parse, print help and complete. So no option is written down twice.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem


class WrongUsage(click.UsageError):
    """What was wrong, and the command whose help says what would be right."""

    def __init__(self, message: str, program: str) -> None:
        super().__init__(message)
        self.program = program


class Parser(argparse.ArgumentParser):
    """Wrong usage is click's, so that it is said as by every other command."""

    def error(self, message: str) -> NoReturn:
        raise WrongUsage(f"{message[:1].upper()}{message[1:]}.", self.prog)


class Forwarded(click.Command):
    """Gives its arguments to `run`, as they are; `parser` knows what they may be."""

    def __init__(
        self,
        name: str,
        short_help: str,
        parser: Callable[[], argparse.ArgumentParser],
        run: Callable[[list[str]], int],
    ) -> None:
        super().__init__(name, short_help=short_help, add_help_option=False)
        self._parser = parser
        self._run = run

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = list(args)
        return ctx.args

    def invoke(self, ctx: click.Context) -> int:
        return self._run(ctx.args)

    def get_help(self, ctx: click.Context) -> str:
        return self._parser().format_help()

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        parser, before = _innermost(self._parser(), ctx.args)
        waiting = _takes_value(parser, before)
        if waiting is not None:
            return _values(waiting, incomplete)
        if incomplete.startswith("-"):
            return [
                CompletionItem(option, help=_plain(action.help))
                for option, action in parser._option_string_actions.items()
                if option.startswith("--" if incomplete != "-" else "-")
                and option.startswith(incomplete)
            ]
        below = subcommands(parser)
        if below is None:
            return [CompletionItem(incomplete, type="file")]
        return [
            CompletionItem(choice.dest, help=_plain(choice.help))
            for choice in below._choices_actions
            if choice.dest.startswith(incomplete)
        ]


def _innermost(
    parser: argparse.ArgumentParser, arguments: Sequence[str]
) -> tuple[argparse.ArgumentParser, Sequence[str]]:
    """The parser of the subcommand that was named, and what was written after its name."""
    for at, argument in enumerate(arguments):
        below = subcommands(parser)
        if below is not None and argument in below.choices:
            return _innermost(below.choices[argument], arguments[at + 1 :])
    return parser, arguments


def subcommands(parser: argparse.ArgumentParser) -> "argparse._SubParsersAction[Any] | None":
    """Those of a parser, if it has any."""
    kinds = argparse._SubParsersAction
    return next((each for each in parser._actions if isinstance(each, kinds)), None)


def _takes_value(parser: argparse.ArgumentParser, before: Sequence[str]) -> argparse.Action | None:
    """The option that the last word is, where its value comes next."""
    action = parser._option_string_actions.get(before[-1]) if before else None
    return action if action is not None and action.nargs != 0 else None


def _values(action: argparse.Action, incomplete: str) -> list[CompletionItem]:
    if action.choices is None:
        return [CompletionItem(incomplete, type="file")]
    return [CompletionItem(c) for c in map(str, action.choices) if c.startswith(incomplete)]


def _plain(text: str | None) -> str:
    return (text or "").replace("%%", "%")
