"""`doctor`: what is wrong with this installation, and how to mend it."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from classifier.doctor.checks import CHECKS, NAMES, chosen
from cli.errors import DONE, FAILED, site_errors
from cli.options import data_option
from cli.site import set_up

if TYPE_CHECKING:
    from classifier.doctor.findings import Finding

WIDTH = max(map(len, NAMES))
LISTED = "\n".join(f"{check.name:<{WIDTH}}  {check.about}" for check in CHECKS)
HELP = f"""Look for what is wrong, and say how to mend it.

\b
{LISTED}

Exits with 1 if something is an error. It changes nothing."""
MARKS = {"ok": "  ok   ", "warning": "warning", "error": " ERROR "}


@click.command("doctor", help=HELP, short_help="what is wrong, and how to mend it")
@click.argument("names", nargs=-1, metavar="[CHECK]...", type=click.Choice(NAMES))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--quick", is_flag=True, help="Leave out what goes through all rows and objects.")
@click.option(
    "--orphan-age",
    metavar="SECONDS",
    type=click.IntRange(0),
    default=3600,
    show_default=True,
    help="How long an object may lack its row.",
)
@data_option
def doctor(names: tuple[str, ...], as_json: bool, quick: bool, orphan_age: int) -> int:
    """See HELP."""
    with site_errors(), _own_counters():
        set_up()
        from classifier.doctor.examination import examine
        from classifier.doctor.findings import Options

        options = Options(orphan_age=timedelta(seconds=orphan_age))
        found = examine(chosen(names, quick=quick), options)
        findings = list(found if as_json else _said(found))
    levels = Counter(str(finding.level) for finding in findings)
    if as_json:
        click.echo(json.dumps({"findings": [asdict(each) for each in findings]}, indent=1))
    else:
        click.echo(
            ", ".join(_counted(levels[level], level) for level in ("error", "warning")) + "."
        )
    return FAILED if levels["error"] else DONE


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@contextmanager
def _own_counters() -> Iterator[None]:
    """Not in the site's folder, which may be missing, full or another user's: that is looked at."""
    with TemporaryDirectory(prefix="fasi-doctor-", ignore_cleanup_errors=True) as folder:
        os.environ["FASI_METRICS_DIR"] = folder
        yield


def _said(findings: "Iterable[Finding]") -> "Iterable[Finding]":
    """Say each as soon as it is found."""
    for finding in findings:
        click.echo(f"{MARKS[finding.level]}  {finding.code:<22} {finding.sentence}")
        if finding.remedy:
            click.echo(f"{'':9}{'':22} -> {finding.remedy}")
        yield finding


COMMANDS = [doctor]
