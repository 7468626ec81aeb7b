"""Runs checks: one that breaks or cannot look is a finding, and never the end of the others."""

from collections.abc import Iterator, Sequence
from importlib import import_module

from classifier.doctor.checks import Check
from classifier.doctor.findings import Finding, Level, Options, error, first_line, warning


def examine(checks: Sequence[Check], options: Options) -> Iterator[Finding]:
    """What each finds, as it comes."""
    failed: set[str] = set()
    for check in checks:
        if first := next((name for name in check.needs if name in failed), ""):
            failed.add(check.name)
            said = f"Not looked at, because `{first}` has an error."
            yield warning(f"{check.name}.skipped", said, "Mend that first.")
            continue
        for finding in _findings(check, options):
            if finding.level is Level.ERROR:
                failed.add(check.name)
            yield finding


def _findings(check: Check, options: Options) -> Iterator[Finding]:
    try:
        yield from import_module(f"classifier.doctor.{check.name}").check(options)
    except Exception as fault:  # whatever a client raises whose server goes away meanwhile
        yield error(
            f"{check.name}.broke",
            f"The check broke off: {type(fault).__name__}: {first_line(fault)}.",
            "Run it again; if it breaks again, the server it asks may be overloaded.",
        )
