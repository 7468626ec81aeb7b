"""How this package ends early."""

from pathlib import Path


class LocalError(Exception):
    """Something that a person can act on; its text is one clear sentence, perhaps with a log."""


class Stopped(Exception):
    """Somebody asked for the end (Ctrl-C, SIGTERM, SIGHUP) while something was still starting."""


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented under its name; empty when nothing was written."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    last = [f"    {line}" for line in text.splitlines()[-lines:]]
    return "\n".join([f"The end of {log}:", *last]) if last else ""
