"""Ports on 127.0.0.1: the one of the site, and free ones for the services."""

import errno
import json
import os
import random
import socket
from collections.abc import Sequence, Set

from fasi_site.local.data import DataFolder, read_json, write_private
from fasi_site.local.errors import LocalError

HOST = "127.0.0.1"
DEFAULT_SITE_PORT = 8000
# Below what Linux and macOS hand out to outgoing connections: such a port could be taken by any
# connection between our look and the service's start.
LOWEST, HIGHEST = 20_000, 32_000


def site_port() -> int:
    """FASI_PORT, or 8000. Raises LocalError where it is no port."""
    value = os.environ.get("FASI_PORT") or str(DEFAULT_SITE_PORT)
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise LocalError(f"FASI_PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def check_site_port(port: int) -> None:
    """Raise LocalError where the site could not listen on the port."""
    reason = _obstacle(port)
    if reason == errno.EADDRINUSE:
        raise LocalError(
            f"Port {port} is taken by another program; "
            f"choose another one, for example: FASI_PORT={_another(port)} make up"
        )
    if reason is not None:
        raise LocalError(
            f"Port {port} cannot be used ({os.strerror(reason)}); "
            "set FASI_PORT to another one, above 1023."
        )


def service_ports(names: Sequence[str], data: DataFolder, avoid: Set[int]) -> dict[str, int]:
    """A free port for each name; the one it had last, if that is free, so that links stay good."""
    used = set(avoid)
    file = data.path / "ports.json"
    before = read_json(file)
    chosen: dict[str, int] = {}
    for name in names:
        port = before.get(name)
        if not isinstance(port, int) or port in used or not is_free(port):
            port = free_port(used)
        chosen[name] = port
        used.add(port)
    write_private(file, json.dumps(chosen, indent=1))
    return chosen


def free_port(besides: Set[int] = frozenset()) -> int:
    """A free port that is none of `besides`."""
    while True:
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311  (nothing secret)
        if port not in besides and is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    return _obstacle(port) is None


def _another(port: int) -> int:
    return next((p for p in range(port + 1, min(port + 100, 65535)) if is_free(p)), free_port())


def _obstacle(port: int) -> int | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        # As servers do: a port that only waits for old connections to time out is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return None
