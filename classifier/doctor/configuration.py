"""Django's checks and ours: an order of time-outs, shares, addresses that a server needs."""

from collections.abc import Iterator

from django.core.checks import ERROR, run_checks

from classifier.doctor.findings import Finding, Options, error, ok


def check(_: Options) -> Iterator[Finding]:
    """Each message of a check that refuses the start."""
    wrong = [message for message in run_checks() if message.level >= ERROR]
    for message in wrong:
        yield error("configuration.refused", message.msg, message.hint or "docs/operations.md")
    if not wrong:
        yield ok("configuration.ok", "The settings agree with each other.")
