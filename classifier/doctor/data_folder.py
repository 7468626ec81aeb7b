"""The data folder: there, ours to write, and not for others to read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from classifier.doctor.findings import Finding, Options, error, ok, warning

SECRETS = ("keys.json", "services.env")
OTHERS_READ = stat.S_IRWXG | stat.S_IRWXO
# As root PostgreSQL runs as another user, who passes through the folder.
OTHERS_LOOK = OTHERS_READ & ~(stat.S_IXGRP | stat.S_IXOTH)


def check(_: Options) -> Iterator[Finding]:
    """On the embedded stack it also holds the keys of everything."""
    folder = Path(settings.DATA_DIR)
    if not folder.is_dir():
        yield error(
            "data_folder.missing",
            f"There is no data folder {folder}.",
            "`fasi up` makes it; or let FASI_DATA name one that is there.",
        )
        return
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield error(
            "data_folder.not_ours",
            f"{folder} may not be read and written by user {os.geteuid()}.",
            f"Run FASI as the owner, user {folder.stat().st_uid}, or set FASI_DATA.",
        )
        return
    loose = list(_loose(folder)) if settings.EMBEDDED else []
    yield from loose
    if not loose:
        yield ok("data_folder.ok", f"{folder} is ours.")


def _loose(folder: Path) -> Iterator[Finding]:
    if folder.stat().st_mode & OTHERS_LOOK:
        yield warning(
            "data_folder.open", f"Others may look into {folder}.", f"chmod go-rw {folder}"
        )
    for name in SECRETS:
        file = folder / name
        if file.exists() and file.stat().st_mode & OTHERS_READ:
            yield error(
                "data_folder.secrets",
                f"Others may read {file}, which holds passwords.",
                f"chmod 600 {file}",
            )
