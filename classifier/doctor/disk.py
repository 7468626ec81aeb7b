"""Room on the disks that FASI writes to."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from classifier.doctor.findings import Finding, Options, error, ok, warning

AMPLE = 4
"""Times FASI_MIN_FREE_MB, below which it is time to look."""


def check(_: Options) -> Iterator[Finding]:
    """The data folder, and where uploads and ZIPs are spooled."""
    for what, folder in (
        ("the data folder", Path(settings.DATA_DIR)),
        ("temporary files", Path(tempfile.gettempdir())),
    ):
        there = next(each for each in (folder, *folder.parents) if each.is_dir())
        free = shutil.disk_usage(there).free // 1024**2
        said = f"{free:,} MB are free for {what} ({there})."
        if free < settings.FASI_MIN_FREE_MB:
            yield error("disk.full", said, "Free some space, or move the folder to another disk.")
        elif free < AMPLE * settings.FASI_MIN_FREE_MB:
            yield warning("disk.low", said, "Free some space soon: a full disk stops PostgreSQL.")
        else:
            yield ok("disk.ok", said)
