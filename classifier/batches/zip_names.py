"""Names in ZIPs that Python's zipfile takes for damage, though the photos behind them are sound.

A name stands twice: in the directory at the end, and in the header before each file's bytes. The
directory's is the one that counts; the layouts are those of APPNOTE.TXT, 4.3.7 and 4.3.12.
"""

import struct
from zipfile import BadZipFile, ZipFile, ZipInfo

DIRECTORY_ENTRY = b"PK\x01\x02"
_ENTRY = struct.Struct("<4s4xH18xHHH12x")
"""Signature, flags, and how long name, extra field and comment are, which follow."""
_HEADER = struct.Struct("<4s2xH18xHH")
"""Signature, flags, and how long name and extra field are, which follow."""
_IS_UTF8 = 0x800


def with_readable_names(directory: bytes) -> bytes:
    """The directory, where names that are called UTF-8 and are not are no longer called so."""
    changed = bytearray(directory)
    at = 0
    while at + _ENTRY.size <= len(changed):
        signature, flags, name_length, extra_length, comment_length = _ENTRY.unpack_from(
            changed, at
        )
        if signature != DIRECTORY_ENTRY:
            break
        begin = at + _ENTRY.size
        if flags & _IS_UTF8 and not _is_utf8(directory[begin : begin + name_length]):
            struct.pack_into("<H", changed, at + 8, flags & ~_IS_UTF8)
        at = begin + name_length + extra_length + comment_length
    return bytes(changed)


def name_beside(archive: ZipFile, info: ZipInfo) -> str:
    """The name before the file's bytes, which zipfile wants to be the directory's.

    Raises BadZipFile, struct.error, and UnicodeDecodeError for one that is falsely called UTF-8.
    """
    file = archive.fp
    if file is None:
        raise BadZipFile("it is closed")
    file.seek(info.header_offset)
    _signature, flags, name_length, _extra_length = _HEADER.unpack(file.read(_HEADER.size))
    return file.read(name_length).decode("utf-8" if flags & _IS_UTF8 else "cp437")


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
