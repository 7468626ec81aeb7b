"""Python, and packages beside those that are locked."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings

from classifier.doctor.findings import Finding, Options, error, ok, warning
from version import VERSION

OLDEST = (3, 11)
REMEDY = "`make env` installs what is locked (`pip install --require-hashes -r requirements.txt`)."


def check(_: Options) -> Iterator[Finding]:
    """Compare with requirements.txt, which an installed package does not have."""
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        yield error("versions.python", f"Python {python} is too old.", "Install 3.11 or newer.")
    lock = settings.BASE_DIR / "requirements.txt"
    odd = [] if not lock.is_file() else list(_others(lock.read_text()))
    if odd:
        more = f" and {len(odd) - 3} more" if len(odd) > 3 else ""
        yield warning("versions.packages", f"Other packages: {', '.join(odd[:3])}{more}.", REMEDY)
    else:
        yield ok("versions.ok", f"FASI {VERSION} on Python {python}, with the locked packages.")


def _others(lock: str) -> Iterator[str]:
    for name, wanted, where in re.findall(r"^([\w.-]+)==([^ ;]+)( ;[^\\]+)?", lock, re.M):
        if where:  # for other machines, perhaps
            continue
        try:
            there = version(name)
        except PackageNotFoundError:
            yield f"{name} is missing"
            continue
        if there != wanted:
            yield f"{name} is {there}, not {wanted}"
