"""Commands that pass their arguments on: to `manage.py`'s commands, the crawler and training."""

import argparse
import os
from collections.abc import Callable
from types import ModuleType

import click

from cli.errors import DONE, site_errors
from cli.forwarding import Forwarded, Parser, subcommands
from cli.site import set_up

CRAWL = "crawl"


def _declared(name: str, arguments: ModuleType) -> argparse.ArgumentParser:
    parser = Parser(prog=f"fasi {name}", description=arguments.HELP)
    arguments.add_arguments(parser)
    return parser


def _classify_parser() -> argparse.ArgumentParser:
    from worker.folder import arguments

    return _declared("classify", arguments)


def _token_parser() -> argparse.ArgumentParser:
    from classifier.integrations import arguments

    return _declared("token", arguments)


def _retrain_parser() -> argparse.ArgumentParser:
    from worker.retraining import arguments

    return _declared("retrain", arguments)


def _classify(arguments: list[str]) -> int:
    from worker.folder.arguments import needs_no_service

    _check(_classify_parser, arguments)
    if needs_no_service(arguments):
        os.environ["DJANGO_SETTINGS_MODULE"] = "fasi_site.settings_offline"
    return _manage("classify_folder", arguments)


def _token(arguments: list[str]) -> int:
    _check(_token_parser, arguments)
    return _manage("create_token", arguments)


def _retrain(arguments: list[str]) -> int:
    _check(_retrain_parser, arguments)
    return _manage("retrain", arguments)


def _check(parser: Callable[[], argparse.ArgumentParser], arguments: list[str]) -> None:
    """Show help, or refuse what is wrong, before Django is imported, which takes a second."""
    try:
        parser().parse_args(arguments)
    except SystemExit as shown:  # --help
        raise click.exceptions.Exit(int(shown.code or DONE)) from None


def _manage(name: str, arguments: list[str]) -> int:
    """Run a command of `manage.py` in this process, with the checks that it asks for."""
    with site_errors():
        set_up()
        from django.core.management import call_command, get_commands, load_command_class

        command = load_command_class(get_commands()[name], name)
        checked = {"skip_checks": False} if command.requires_system_checks else {}
        try:
            call_command(command, *arguments, **checked)
        except SystemExit as ended:  # it has said why
            return int(ended.code or DONE)
    return DONE


def _crawler() -> argparse.ArgumentParser:
    """The crawler's own parser; its first command needs no name here."""
    from crawler.cli import parser

    top = parser("fasi crawl", Parser)
    _choices(top)[CRAWL].prog = "fasi crawl"
    return top


def _crawler_parser() -> argparse.ArgumentParser:
    choices = _choices(_crawler())
    others = (f"`fasi crawl {name}`" for name in choices if name != CRAWL)
    choices[CRAWL].epilog = f"{' and '.join(others)} have options of their own."
    return choices[CRAWL]


def _crawl(arguments: list[str]) -> int:
    from crawler.cli import main

    top = _crawler()
    if arguments in (["-h"], ["--help"]):
        _crawler_parser().print_help()
        return DONE
    if arguments[:1] != ["--version"] and not set(arguments[:1]) & set(_choices(top)):
        arguments = [CRAWL, *arguments]
    return _exit_code(main, arguments, top)


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    below = subcommands(parser)
    return dict(below.choices) if below else {}


def _training_parser() -> argparse.ArgumentParser:
    from training.cli import parser

    return parser("fasi train", Parser)


def _train(arguments: list[str]) -> int:
    from training.cli import main

    return _exit_code(main, arguments, _training_parser())


def _exit_code(
    main: Callable[[list[str], argparse.ArgumentParser], int],
    arguments: list[str],
    parser: argparse.ArgumentParser,
) -> int:
    try:
        return main(arguments, parser)
    except SystemExit as shown:  # --help, --version
        return int(shown.code or DONE)


COMMANDS = [
    Forwarded("classify", "say the style of a photo or a folder", _classify_parser, _classify),
    Forwarded("crawl", "collect street photos for training", _crawler_parser, _crawl),
    Forwarded("train", "make a bundle of labelled photos", _training_parser, _train),
    Forwarded("retrain", "make a release of what people corrected", _retrain_parser, _retrain),
    Forwarded("token", "make a token for the REST API", _token_parser, _token),
]
