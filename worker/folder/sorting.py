"""Copies of photos in a folder for each style."""

from __future__ import annotations

import shutil
from pathlib import Path

from worker.folder.rows import Row

UNSURE = "not-sure"


def copy_sorted(photo: Path, row: Row, folder: Path, target: Path) -> None:
    """Copy a classified photo to `target`/style/, or to `target`/not-sure/, below its own folders.

    A copy that is there already stays; one is there when it is whole. Raises OSError.
    """
    place = target / (row.style if row.decided else UNSURE) / photo.relative_to(folder)
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    growing = place.with_name(f".{place.name}.growing")
    shutil.copy2(photo, growing)
    growing.replace(place)
