"""Every file below a folder, in one order, without holding their names."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path


class FolderUnreadable(Exception):
    """There is no such folder, or it may not be read."""


def files_below(folder: Path, besides: Collection[Path] = ()) -> Iterator[Path]:
    """The files below `folder`, sorted folder by folder; a folder's files before its folders.

    Hidden files and folders are none of anybody's photos and are left out, as are `besides` (what
    the command itself writes) and what is neither file nor folder. Links to files are files; links
    to folders are not followed, since they may lead round in circles. Raises FolderUnreadable for
    `folder`; a folder below that may not be read is passed over.
    """
    try:
        yield from _below(folder, {each.resolve() for each in besides})
    except OSError as error:
        raise FolderUnreadable(f"{folder} cannot be read: {error.strerror}.") from error


def relative(path: Path, folder: Path) -> str:
    """The path as rows have it: what would end a line, and bytes that are no UTF-8, are escaped."""
    name = path.relative_to(folder).as_posix()
    text = name.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _below(folder: Path, besides: Collection[Path]) -> Iterator[Path]:
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    folders = []
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or path.resolve() in besides:
            continue
        if entry.is_dir(follow_symlinks=False):
            folders.append(path)
        elif entry.is_file():
            yield path
    del entries
    for each in folders:
        try:
            yield from _below(each, besides)
        except PermissionError:
            continue
