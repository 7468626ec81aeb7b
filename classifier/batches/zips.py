"""ZIP files of photos, read without trusting them: no name, size or count is believed.

Nothing is ever written under a name from a ZIP. A file is unpacked in memory, alone, and no further
than a photo may be large. What is declared bounds what is read: Python's zipfile never gives more
of a file than its header says, and the sum of those is checked before the first is opened. So a
bomb (D. Fifield, "A better zip bomb", WOOT 2019) is refused by its headers or cut off.
"""

import re
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings

from classifier.batches.zip_names import DIRECTORY_ENTRY, name_beside, with_readable_names
from classifier.uploads.refusals import Refusal, Refused

DIRECTORY_BYTES_A_FILE = 512
"""Many long names take half of it; millions of files would take all memory when listed."""
_LOCKED = 0x1
_IS_UTF8 = 0x800
# What systems put beside photos: nobody chose it, so nobody needs to read of it.
_LITTER = {"__macosx", "thumbs.db", "desktop.ini"}
_UNREADABLE = (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OverflowError)


class _Bounded:
    """The file below a ZIP, which is read in small pieces; its directory comes as one piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.lists = True  # until the directory is read
        self._most = max(settings.FASI_ZIP_FILES * DIRECTORY_BYTES_A_FILE, 1024**2)
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """Raises Refused for a piece that no ZIP within our limits has."""
        data = self._file.read(self._most + 1 if size < 0 else min(size, self._most + 1))
        if len(data) > self._most:
            raise Refused(Refusal.ZIP_TOO_MANY_FILES)
        return with_readable_names(data) if self.lists and data[:4] == DIRECTORY_ENTRY else data

    def seekable(self) -> bool:
        return True


@contextmanager
def opened(file: IO[bytes]) -> Iterator[ZipFile]:
    """The ZIP, whose directory is read. Raises Refused where it is none or too much is in it."""
    bounded = _Bounded(file)
    try:
        archive = ZipFile(cast(IO[bytes], bounded))
    except (*_UNREADABLE, struct.error) as error:
        raise Refused(Refusal.ZIP_BROKEN) from error
    bounded.lists = False
    with archive:
        yield archive


def files_of(archive: ZipFile) -> list[ZipInfo]:
    """What may be photos, in the ZIP's own order. Raises Refused where it is too much, or nothing.

    Folders, hidden files and what systems add are no part of it.
    """
    files = [info for info in archive.infolist() if not _is_folder(info) and not _is_litter(info)]
    if len(files) > settings.FASI_ZIP_FILES:
        raise Refused(Refusal.ZIP_TOO_MANY_FILES)
    if sum(info.file_size for info in files) > settings.FASI_ZIP_UNPACKED_BYTES:
        raise Refused(Refusal.ZIP_UNPACKS_TOO_LARGE)
    if not files:
        raise Refused(Refusal.ZIP_EMPTY)
    return files


def read(archive: ZipFile, info: ZipInfo) -> bytes:
    """The bytes of one file, at most a photo's. Raises Refused."""
    if _is_unsafe(info):
        raise Refused(Refusal.UNSAFE_NAME)
    if info.flag_bits & _LOCKED:
        raise Refused(Refusal.ZIP_ENCRYPTED)
    if info.file_size > settings.FASI_MAX_UPLOAD_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        # LZMA's header says how much memory it wants, up to 4 GiB; nobody packs photos with it.
        raise Refused(Refusal.ZIP_BROKEN)
    try:
        info.orig_filename = name_beside(archive, info)
        with archive.open(info) as file:
            return file.read(settings.FASI_MAX_UPLOAD_BYTES)
    except (*_UNREADABLE, struct.error, zlib.error) as error:
        raise Refused(Refusal.BROKEN) from error


def name_of(info: ZipInfo) -> str:
    """What the file is called, with its folders, to be shown: never a path to anything."""
    return "".join(each for each in _path(info) if each.isprintable())[-255:]


def _path(info: ZipInfo) -> str:
    """With slashes. ZIPs that say nothing of their encoding: UTF-8 (macOS), or Windows's Korean."""
    name = info.filename
    if not info.flag_bits & _IS_UTF8:
        for encoding in ("utf-8", "cp949"):
            try:
                name = info.filename.encode("cp437").decode(encoding)
                break
            except UnicodeError:
                continue
    return name.replace("\\", "/")


def _is_folder(info: ZipInfo) -> bool:
    return info.filename.endswith("/")  # info.is_dir() fails where the name is empty


def _is_litter(info: ZipInfo) -> bool:
    parts = _path(info).split("/")
    return any(
        part.casefold() in _LITTER or (part.startswith(".") and part not in (".", ".."))
        for part in parts
    )


def _is_unsafe(info: ZipInfo) -> bool:
    """It has a name that leads out of the ZIP, or is a link."""
    path = _path(info)
    leads_out = path.startswith("/") or ".." in path.split("/") or re.match("[A-Za-z]:", path)
    return bool(leads_out) or stat.S_ISLNK(info.external_attr >> 16)
