"""`up`, `stop`, `status`, `logs`: the embedded stack of one data folder."""

import json
import os
from dataclasses import asdict
from typing import Any

import click
from click.shell_completion import CompletionItem

from cli.errors import DONE, FAILED, NOT_RUNNING, stack_errors
from cli.options import data_option


@click.command("up", short_help="run FASI on this machine")
@click.option("--port", type=click.IntRange(1, 65535), help="The site's port (FASI_PORT, 8000).")
@click.option("-d", "--detach", is_flag=True, help="Give the terminal back when it is ready.")
@data_option
def up(port: int | None, detach: bool) -> int:
    """Run everything: the site, its workers and the services they need.

    The data stays in the data folder. Ctrl-C, or `fasi stop`, ends it.
    """
    if port:
        os.environ["FASI_PORT"] = str(port)
    with stack_errors():
        from fasi_site.local import supervisor
        from fasi_site.local.control import start_in_background
        from fasi_site.local.data import DataFolder
        from fasi_site.local.errors import Stopped

        try:
            if not detach:
                return supervisor.up()
            for line in start_in_background(DataFolder.from_environment()):
                click.echo(line)
            click.echo("`fasi logs -f` shows what it says, `fasi stop` ends it.")
        except Stopped:
            return DONE
    return DONE


@click.command("stop", short_help="end what `fasi up` started")
@data_option
def stop() -> int:
    """End FASI in order: workers finish what they have. Nothing to end is fine."""
    with stack_errors():
        from fasi_site.local import control
        from fasi_site.local.data import DataFolder

        data = DataFolder.from_environment()
        ended = control.stop(data)
    click.echo(f"FASI has stopped (it was process {ended.pid})." if ended else _not_running(data))
    return DONE


@click.command("status", short_help="what runs, and whether photos can be classified")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@data_option
def status(as_json: bool) -> int:
    """Say what runs from the data folder.

    Exits with 0 if a photo can be classified, 1 if not yet, 3 if nothing runs.
    """
    with stack_errors():
        from fasi_site.local.data import DataFolder
        from fasi_site.local.report import look

        data = DataFolder.from_environment()
        report = look(data)
    if as_json:
        click.echo(json.dumps(asdict(report), indent=1))
    elif not report.running:
        click.echo(_not_running(data))
    else:
        where = report.address or "services only"
        click.echo(f"FASI runs: {where} (process {report.pid}, {report.data})")
        missing = [name for name, holds in report.checks.items() if not holds]
        if report.ready:
            click.echo("A photo can be classified.")
        elif report.address:
            click.echo(f"No photo can be classified yet: {', '.join(missing)}.")
        for each in report.processes:
            click.echo(
                f"  {each.name:<14} {each.pid:>8}  {each.memory_mb:>5} MB  {_age(each.seconds)}"
            )
    if not report.running:
        return NOT_RUNNING
    return DONE if report.ready else FAILED


def _complete_names(
    _ctx: click.Context, _argument: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from fasi_site.local.data import DataFolder
    from fasi_site.local.log_files import names

    there = names(DataFolder.from_environment())
    return [CompletionItem(name) for name in there if name.startswith(incomplete)]


@click.command("logs", short_help="what its processes and servers say")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_complete_names)
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option(
    "-n", "--lines", type=click.IntRange(0), default=20, show_default=True, help="Of each log."
)
@data_option
def logs(names: tuple[str, ...], follow: bool, lines: int) -> int:
    """Show the logs of NAME (web, worker, postgres, ...), or of all."""
    with stack_errors():
        from fasi_site.local import log_files
        from fasi_site.local.data import DataFolder

        files = log_files.chosen(DataFolder.from_environment(), names)
        width = max(len(file.stem) for file in files)
        # Before the last lines are read, so that none is missed between these and what comes.
        followers = [log_files.Follower(file) for file in files]
        for follower in followers:
            for line in follower.last_lines(lines):
                click.echo(f"{follower.log.stem:<{width}} | {line}")
        if follow:
            for name, line in log_files.follow(followers):
                click.echo(f"{name:<{width}} | {line}")
    return DONE


def _not_running(data: Any) -> str:
    return f"FASI does not run from {data.path}: `fasi up` starts it."


def _age(seconds: int) -> str:
    minutes, hours = seconds // 60, seconds // 3600
    if hours >= 48:
        return f"for {hours // 24} days"
    return (
        f"for {hours} h {minutes % 60:02} min" if hours else f"for {minutes} min {seconds % 60} s"
    )


COMMANDS = [up, stop, status, logs]
