"""The folder of one retraining on this machine: what a killed attempt leaves to the next.

Nothing in it is needed elsewhere: another machine starts anew. It holds photos of people, so it
goes when the retraining ends, here or anywhere, and when nobody has been at work in it for a day.
"""

import fcntl
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from classifier.retraining import queue

KEPT_S = 24 * 3600
"""So long a folder waits for the next attempt, which then need not train from the beginning."""


class DiskFull(Exception):
    """There is too little room; the message says how much is needed."""


class FolderTaken(Exception):
    """Another process of this machine is still at it."""


@dataclass(frozen=True)
class Workspace:
    """Places in the folder of one retraining; `lock` keeps other processes out of it."""

    folder: Path
    lock: int

    @property
    def history(self) -> Path:
        """What `export_training` writes."""
        return self.folder / "history"

    @property
    def taxonomy(self) -> Path:
        """The styles of the release that was active when the photos were fetched."""
        return self.folder / "taxonomy.json"

    @property
    def dataset(self) -> Path:
        """What `training prepare` writes."""
        return self.folder / "dataset"

    @property
    def run(self) -> Path:
        """What `training fit` writes."""
        return self.folder / "run"

    @property
    def bundle(self) -> Path:
        """What `training export` writes."""
        return self.folder / "bundle"

    @property
    def comparison(self) -> Path:
        """What `training compare` writes."""
        return self.folder / "comparison.json"

    @property
    def log(self) -> Path:
        """What the trainer said, of all attempts here."""
        return self.folder / "train.log"

    def forget_training(self) -> None:
        """The photos are others now: whatever was made of them goes."""
        for path in (self.dataset, self.run, self.bundle):
            shutil.rmtree(path, ignore_errors=True)
        self.comparison.unlink(missing_ok=True)

    def check_room(self) -> None:
        """Raises DiskFull where less is free than FASI_RETRAIN_FREE_MB."""
        free = shutil.disk_usage(self.folder).free // 1024**2
        if free < settings.FASI_RETRAIN_FREE_MB:
            raise DiskFull(
                f"{self.folder} has {free} MB free; a retraining needs"
                f" {settings.FASI_RETRAIN_FREE_MB} (FASI_RETRAIN_FREE_MB)."
            )


@contextmanager
def workspace(retraining_id: uuid.UUID) -> Iterator[Workspace]:
    """The folder, for this process and its children alone. Raises FolderTaken, OSError."""
    folder = _all() / str(retraining_id)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    # The kernel lets go of the lock when the last process that has it open is gone: a trainer that
    # outlives the process that started it has it, too.
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderTaken(f"Another process is still at work in {folder}.") from error
        yield Workspace(folder, lock.fileno())


def clean() -> int:
    """Delete folders of retrainings that ended, or that nobody goes on with. Returns how many."""
    # First what there is: what is begun meanwhile is not among it.
    folders = list(_all().glob("*-*"))
    if not folders:
        return 0
    pending = queue.pending()
    kept = str(pending.pk) if pending else ""
    over = [path for path in folders if path.name != kept or _abandoned(path)]
    for path in over:
        shutil.rmtree(path, ignore_errors=True)
    return len(over)


def _abandoned(folder: Path) -> bool:
    """Whether nobody is at work in it, nor was for KEPT_S: another attempt begins anew."""
    try:
        with (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            newest = max(path.lstat().st_mtime for path in folder.rglob("*"))
    except OSError:  # somebody is, or begins just now
        return False
    return time.time() - newest > KEPT_S


def _all() -> Path:
    folder: Path = settings.DATA_DIR / "retraining"
    return folder
