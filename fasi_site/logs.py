"""Structured logs: one event a line, JSON on a server and readable text on one's own machine."""

import logging
import warnings
from typing import Any

import structlog

PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """A library's warning as one line, without the line of code that Python adds below."""
    text = " ".join(str(message).split())
    return f"{category.__name__}: {text} ({filename}:{lineno})"


def logging_config(*, debug: bool, json: bool) -> dict[str, Any]:
    """Django's LOGGING, and structlog set up to write through the same handler.

    `json` picks the renderer; `debug` lets our own loggers say more.
    """
    warnings.formatwarning = _one_line
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*PROCESSORS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        # Plain, because rich tracebacks show local variables, and secrets are among them.
        else structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    final: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        final.append(structlog.processors.format_exc_info)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [*final, renderer],
                "foreign_pre_chain": PROCESSORS,
            }
        },
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stream"], "level": "WARNING"},
        "loggers": {
            "classifier": {"level": "DEBUG" if debug else "INFO"},
            "worker": {"level": "DEBUG" if debug else "INFO"},
            "celery.worker": {"level": "WARNING"},
            "celery.apps.worker": {"level": "INFO"},
            # A 404 or a refused photo is an answer, not an event of the server.
            "django.request": {"level": "ERROR"},
        },
    }
