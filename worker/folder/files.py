"""A file, or every file below a folder, in one order, without holding their names."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path


class FolderUnreadable(Exception):
    """There is no such folder, or it may not be read."""


@dataclass(frozen=True)
class Found:
    """A file, or something that could not be looked at: then `error` says why.

    `error` is a reason code and a sentence, as rows have it; `is_folder` where `path` is a folder.
    """

    path: Path
    error: str = ""
    is_folder: bool = False

    def name(self, folder: Path) -> str:
        """The path relative to `folder` as rows have it; a folder's ends with a slash."""
        return relative(self.path, folder) + ("/" if self.is_folder else "")


def folder_of(place: Path) -> Path:
    """To what the names of the files of a place are relative: the folder, or that of the file."""
    return place if place.is_dir() else place.parent


def files_at(place: Path, besides: Collection[Path] = ()) -> Iterator[Found]:
    """The file itself, or those below the folder (`files_below`)."""
    if place.is_dir():
        yield from files_below(place, besides)
    else:
        yield Found(place)


def files_below(folder: Path, besides: Collection[Path] = ()) -> Iterator[Found]:
    """The files below `folder`, sorted folder by folder; a folder's files before its folders.

    Hidden files and folders, `besides` (what the command itself writes), and what is neither file
    nor folder, such as a socket, are left out. Links to files are files; links to folders are not
    followed, since they may lead round in circles. A link that leads nowhere and a folder that may
    not be read, or vanishes meanwhile, are found with their error. Raises FolderUnreadable for
    `folder` itself.
    """
    try:
        entries = _entries(folder)
    except OSError as error:
        raise FolderUnreadable(f"{printable(folder)} cannot be read: {error.strerror}.") from error
    yield from _of(entries, folder, {_real(each) for each in besides})


def relative(path: Path, folder: Path) -> str:
    """The path as rows have it: what would end a line, and bytes that are no UTF-8, are escaped."""
    return printable(path.relative_to(folder).as_posix())


def printable(name: Path | str) -> str:
    """A file's name as text that any file or terminal takes: other bytes are escaped."""
    text = str(name).encode(errors="surrogateescape").decode(errors="backslashreplace")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(found, key=lambda entry: entry.name)


def _of(entries: list[os.DirEntry[str]], folder: Path, besides: set[str]) -> Iterator[Found]:
    folders = []
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith(".") or _real(path) in besides:
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif entry.is_file():
                yield Found(path)
            elif entry.is_symlink() and not path.exists():
                yield Found(path, "unreadable: The link leads nowhere.")
        except OSError as error:
            yield Found(path, _unreadable(error))
    entries.clear()
    for each in folders:
        try:
            inside = _entries(each)
        except OSError as error:
            yield Found(each, _unreadable(error), is_folder=True)
        else:
            yield from _of(inside, each, besides)


def _real(path: Path) -> str:
    """The path without links; unlike Path.resolve it takes a link that leads round in circles."""
    return os.path.realpath(path)


def _unreadable(error: OSError) -> str:
    return f"unreadable: {error.strerror}."
