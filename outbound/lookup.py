"""Names looked up with a deadline: the system's resolver has none that we could set."""

import socket
import threading
from queue import Empty, Queue

MOST_AT_A_TIME = 32
_places = threading.BoundedSemaphore(MOST_AT_A_TIME)


def addresses_of(host: str, port: int, seconds: float) -> list[str]:
    """Every IP address that the name has. Raises OSError, TimeoutError and UnicodeError.

    A look-up that hangs goes on in its thread until the resolver gives up, so their number is
    limited.
    """
    places = _places
    if not places.acquire(timeout=seconds):
        raise TimeoutError("too many look-ups hang")
    found: Queue[list[str] | Exception] = Queue()

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put([str(entry[4][0]) for entry in entries])
        except Exception as error:
            found.put(error)
        finally:
            places.release()

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty as error:
        raise TimeoutError(f"no answer within {seconds:g} s") from error
    if isinstance(answer, Exception):
        raise answer
    return answer
