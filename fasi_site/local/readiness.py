"""Asking the site whether a photo can be classified."""

import http.client
import threading
from http import HTTPStatus

from fasi_site.local.ports import HOST

PAUSE_S = 0.25


class Readiness:
    """Asks `/readyz` in a thread, because an answer may take a while, until it is 200."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reached = threading.Event()
        self.last = "nothing"
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._enough.set()

    def _ask(self) -> None:
        while not self._enough.wait(PAUSE_S):
            connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
            try:
                connection.request("GET", "/readyz")
                response = connection.getresponse()
                self.last = f"{response.status} {response.read(500).decode(errors='replace')}"
                if response.status == HTTPStatus.OK:
                    self.reached.set()
                    return
            except (OSError, http.client.HTTPException) as error:
                self.last = str(error)
            finally:
                connection.close()
