"""Folders for sockets: addresses of unix sockets are short, and data folders may be deep."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

# Addresses of unix sockets hold 107 bytes on Linux, 103 on macOS.
SOCKET_LENGTH = 103


def short_folder(folder: Path, longest_name: str, suffix: str = "") -> Path:
    """The folder itself; a short one in the temporary folder where it is too long or unusual.

    `longest_name` is of the sockets that it is for, `suffix` tells two such folders apart.
    """
    plain = re.fullmatch(r"[\w/.+-]+", str(folder), re.ASCII)
    if plain and len(str(folder)) + 1 + len(longest_name) <= SOCKET_LENGTH:
        return folder
    short = hashlib.sha256(os.fsencode(folder.parent)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"fasi-{os.geteuid()}-{short}{suffix}"
