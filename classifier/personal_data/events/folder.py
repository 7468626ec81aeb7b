"""A folder that appears when it is whole, and is written over nobody else's files."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classifier.personal_data.events.fields import FORMAT

EVENTS, SCHEMA, DATASHEET = "events.parquet", "schema.json", "DATASHEET.md"
NAMES = {EVENTS, SCHEMA, DATASHEET}
LOCK = ".lock"


class FolderRefused(Exception):
    """The folder may not be written; the message is a sentence that says what to do."""


def check_folder(folder: Path) -> None:
    """Raise FolderRefused unless the folder is new, empty, or a data set of ours to replace."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise FolderRefused(f"{folder} is no folder: name a new one.")
    names = {path.name for path in folder.iterdir()}
    if names and not (names <= NAMES and _is_ours(folder / SCHEMA)):
        raise FolderRefused(f"{folder} has something else in it: name a new or an empty folder.")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that takes its place at the end; after an error nothing stays.

    What a killed export left is removed by the next one to the same folder. Raises FolderRefused,
    also while another export writes the same folder.
    """
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.parent / f".{folder.name}.part"
    part.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(part / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderRefused(f"Another export is writing {folder}.") from error
        try:
            _remove_left_over(part)
            yield part
            _replace(part, folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    finally:
        os.close(lock)


def _remove_left_over(part: Path) -> None:
    for path in part.iterdir():
        if path.name != LOCK:
            path.unlink()


def _replace(part: Path, folder: Path) -> None:
    check_folder(folder)  # somebody may have put a file there meanwhile
    for name in NAMES:
        with (part / name).open("rb") as file:
            os.fsync(file.fileno())
    (part / LOCK).unlink()
    old = folder.parent / f".{folder.name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _is_ours(schema: Path) -> bool:
    try:
        return bool(json.loads(schema.read_text(encoding="utf-8"))["format"] == FORMAT)
    except (OSError, ValueError, KeyError, TypeError):
        return False
