"""`python -m fasi_site.waiting`: requests wait here for their prediction, and keep no thread busy.

The site answers a request that wants to wait with X-Accel-Redirect to /_waiting, so nginx asks
here: which outfit, for how many seconds at most, and where the answer then comes from. This process
looks for all of them with one query every tenth of a second, and sends nginx back to the site as
soon as the outfit is finished or gone, or the time is over. A waiting request costs some kilobytes;
where this process is down, nginx asks the site at once.
"""

import asyncio
import contextlib
import logging
import resource
import signal
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
from django.core.exceptions import ImproperlyConfigured

from fasi_site.environment import required

LOOK_EVERY_S = 0.1
LONGEST_S = 30.0
LARGEST_REQUEST = 8192
FINISHED = """
    SELECT wanted.id::text FROM unnest(%s::uuid[]) AS wanted(id)
    LEFT JOIN classifier_outfit AS outfit USING (id)
    WHERE outfit.id IS NULL OR outfit.status NOT IN ('queued', 'running')
"""

log = logging.getLogger(__name__)


class Outfits:
    """The outfits that somebody waits for, and who does."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: psycopg2.extensions.connection | None = None
        self._waiting: dict[str, set[asyncio.Event]] = {}

    async def finished(self, outfit: str, seconds: float) -> None:
        """Return when the outfit is finished or gone, or when the time is over."""
        event = asyncio.Event()
        self._waiting.setdefault(outfit, set()).add(event)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), min(seconds, LONGEST_S))
        finally:
            self._waiting[outfit].discard(event)
            if not self._waiting[outfit]:
                del self._waiting[outfit]

    async def look(self) -> None:
        """Wake whoever waits for what is finished, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if wanted := list(self._waiting):
                for outfit in await asyncio.to_thread(self._finished_of, wanted):
                    for event in self._waiting.get(outfit, ()):
                        event.set()

    def _finished_of(self, wanted: list[str]) -> Iterable[str]:
        try:
            if self._connection is None:
                self._connection = psycopg2.connect(self._url, connect_timeout=5)
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(FINISHED, [wanted])
                return [outfit for (outfit,) in cursor.fetchall()]
        except psycopg2.Error as error:
            log.warning("the database does not answer: %s", " ".join(str(error).split()))
            self._connection = None
            return []


async def answer(
    outfits: Outfits, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """One request of nginx: `GET /_waiting?outfit=ID&seconds=20&then=/path`."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
        asked = parse_qs(urlsplit(head.split(" ", 2)[1]).query)
        outfit, seconds = str(uuid.UUID(asked["outfit"][0])), float(asked["seconds"][0])
        then = asked["then"][0]
        finished = asyncio.ensure_future(outfits.finished(outfit, seconds))
        left = asyncio.ensure_future(reader.read(1))  # nginx hangs up when the client does
        await asyncio.wait({finished, left}, return_when=asyncio.FIRST_COMPLETED)
        for task in (finished, left):
            task.cancel()
        writer.write(f"HTTP/1.1 200 OK\r\nX-Accel-Redirect: {then}\r\n".encode("ascii"))
        writer.write(b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return
    finally:
        writer.close()


async def serve(socket: Path, database_url: str) -> None:
    """Answer on the unix socket until SIGTERM."""
    outfits = Outfits(database_url)
    socket.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(
        lambda reader, writer: answer(outfits, reader, writer),
        path=str(socket),
        limit=LARGEST_REQUEST,
        backlog=1024,
    )
    socket.chmod(0o777)  # as gunicorn's: nginx may run as another user
    enough = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, enough.set)
    looking = asyncio.ensure_future(outfits.look())
    await asyncio.wait(
        {looking, asyncio.ensure_future(enough.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    server.close()
    if looking.done():
        looking.result()  # it only ends by an error


def main() -> None:
    """Read the two variables and serve; a request is a file, so we take all that we may have."""
    logging.basicConfig(format="%(asctime)s [%(levelname)s] %(message)s")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        socket, url = Path(required("FASI_WAITING_SOCKET")), required("FASI_DATABASE_URL")
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    asyncio.run(serve(socket, url))


if __name__ == "__main__":
    main()
