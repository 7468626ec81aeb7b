"""The data folder: where it is, whether it can be used, and who uses it now.

It holds `postgres/`, `valkey/`, `seaweedfs/`, `logs/`, what was generated once (`keys.json`), the
ports used last (`ports.json`), `services.env` for commands from a second terminal, and `lock`.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fasi_site.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[2]
MIN_FREE_MB = 500


def default_folder() -> Path:
    """`.local` of a checkout; of an installed package, the person's folder for such data."""
    if (ROOT / "pyproject.toml").is_file():
        return ROOT / ".local"
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home).expanduser() / "fasi"


@dataclass(frozen=True)
class DataFolder:
    """The folder of one stack; `path` is absolute."""

    path: Path

    @classmethod
    def from_environment(cls) -> "DataFolder":
        """$FASI_DATA, as the settings read it: relative to the repository."""
        named = Path(os.environ.get("FASI_DATA") or default_folder()).expanduser()
        return cls((ROOT / named).resolve())

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def services_env(self) -> Path:
        return self.path / "services.env"

    def log(self, name: str) -> Path:
        """A new, empty log; what the run before wrote is kept beside it as `NAME.log.1`."""
        path = self.logs / f"{name}.log"
        if path.exists():
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        return path

    def prepare(self) -> None:
        """Make the folder. Raises LocalError where it cannot be used or the disk is nearly full."""
        # As root PostgreSQL runs as another user, who must be able to pass through, not to look.
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=mode)
            self.logs.mkdir(exist_ok=True, mode=0o700)
            (self.path / "lock").touch(mode=0o600)
            usable = os.access(self.path, os.W_OK) and os.access(self.logs, os.W_OK)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        if not usable:
            raise self._unusable("Permission denied")
        free_mb = shutil.disk_usage(self.path).free // 1024**2
        wanted_mb = _number("FASI_MIN_FREE_MB", MIN_FREE_MB)
        if free_mb < wanted_mb:
            raise LocalError(
                f"The disk of {self.path} is nearly full: {free_mb} MB are free and FASI wants "
                f"{wanted_mb} MB. Free some space, or set FASI_DATA to a folder on another disk."
            )

    def _unusable(self, reason: str) -> LocalError:
        return LocalError(
            f"The data folder {self.path} cannot be written ({reason}); "
            "set FASI_DATA to a folder that belongs to you."
        )

    @contextmanager
    def locked(self, doing: str) -> Iterator[None]:
        """Use the folder alone; `doing` tells a second start what the first one is.

        The kernel holds the lock, so it ends with this process however that ends. Raises
        LocalError when another process has it.
        """
        with (self.path / "lock").open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise already_runs(self.path, file.read().strip()) from None
            file.truncate()
            file.write(f"pid {os.getpid()}, {doing}\n")
            file.flush()
            yield


def already_runs(path: Path, by: str) -> LocalError:
    """What a second start is told."""
    return LocalError(
        f"FASI already runs from {path} ({by}); stop it first, or set FASI_DATA to another folder."
    )


def _number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit():
        raise LocalError(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """An object from a file of ours; empty where there is none or it is damaged."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
