"""What a decoder and its owner say to each other: one line of JSON, then the bytes it announces."""

import json
import socket
from collections.abc import Sequence
from time import monotonic
from typing import Any

_MOST_LINE = 65_536


class Ended(Exception):
    """The other side is gone."""


class Channel:
    """One end of a connected socket. Without a deadline it waits for ever."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._deadline: float | None = None
        self._ahead = b""

    def set_deadline(self, seconds: float | None) -> None:
        """From now on; sending and receiving raise TimeoutError when it has passed."""
        self._deadline = None if seconds is None else monotonic() + seconds

    def send(self, message: dict[str, Any], payloads: Sequence[bytes] = ()) -> None:
        """Raises Ended, TimeoutError."""
        line = json.dumps(message | {"bytes": [len(each) for each in payloads]}) + "\n"
        try:
            for part in (line.encode(), *payloads):
                self._wait()
                self._socket.sendall(part)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Ended from error

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Raises Ended, TimeoutError."""
        while b"\n" not in self._ahead:
            if len(self._ahead) > _MOST_LINE:
                raise Ended
            self._ahead += self._some(_MOST_LINE)
        line, _, self._ahead = self._ahead.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message, [self._exactly(count) for count in message["bytes"]]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _wait(self) -> None:
        if self._deadline is not None:
            remaining = self._deadline - monotonic()
            if remaining <= 0:
                raise TimeoutError
            self._socket.settimeout(remaining)
        else:
            self._socket.settimeout(None)

    def _some(self, most: int) -> bytes:
        self._wait()
        try:
            data = self._socket.recv(most)
        except ConnectionResetError as error:
            raise Ended from error
        if not data:
            raise Ended
        return data

    def _exactly(self, count: int) -> bytes:
        parts = [self._ahead[:count]]
        self._ahead = self._ahead[count:]
        missing = count - len(parts[0])
        while missing:
            parts.append(self._some(min(missing, 1024**2)))
            missing -= len(parts[-1])
        return b"".join(parts)
