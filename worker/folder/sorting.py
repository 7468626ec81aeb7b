"""Copies of photos in a folder for each style."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from worker.folder.rows import Row

UNSURE, NO_OUTFIT = "not-sure", "no-outfit"
_FOR_ALL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
"""What keeps every other photo from being copied too."""


class NotCopied(Exception):
    """One photo that could not be copied, for a reason that need not hold for others."""


def may_hold_copies(target: Path, folder: Path) -> bool:
    """Whether copies in `target` stay apart from the photos of `folder`.

    They would be photos of the folder themselves if it were the folder or one above it.
    """
    return not folder.resolve().is_relative_to(target.resolve())


def group_of(row: Row) -> str:
    """Where a classified photo belongs: the id of its style, UNSURE or NO_OUTFIT."""
    if row.without_outfit:
        return NO_OUTFIT
    return row.style if row.decided else UNSURE


def copy_sorted(photo: Path, row: Row, folder: Path, target: Path) -> None:
    """Copy a classified photo to `target`/style/ (or not-sure/, no-outfit/), below its own folders.

    A copy that is there already stays; one is there when it is whole. Raises NotCopied, and OSError
    where no other photo could be copied either.
    """
    place = target / group_of(row) / photo.relative_to(folder)
    # A name of its own: one made of the photo's could be longer than a name may be.
    growing = place.parent / ".growing"
    try:
        if place.exists():
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(photo, growing)
        growing.replace(place)
    except OSError as error:
        if error.errno in _FOR_ALL:
            raise
        raise NotCopied(f"{error.strerror}.") from error
