"""Celery's broker."""

from collections.abc import Iterator

from celery import current_app

from classifier.doctor.database import how_to_reach
from classifier.doctor.findings import Finding, Options, error, first_line, ok


def check(_: Options) -> Iterator[Finding]:
    """Connect. Whatever a transport raises means that it is away."""
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except Exception as fault:
        yield error(
            "broker.away",
            f"The broker does not answer: {first_line(fault)}. Photos wait for a sweep.",
            how_to_reach("FASI_BROKER_URL"),
        )
        return
    yield ok("broker.ok", "The broker answers.")
