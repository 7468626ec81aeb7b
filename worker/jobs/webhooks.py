"""Sends what webhooks are told, in a thread of its own: a slow receiver delays no photo."""

import http.client
import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock, Thread, Timer

import structlog
from django.db import connection
from django.utils import timezone

from classifier.integrations import deliveries
from classifier.integrations.deliveries import Claim
from classifier.integrations.signatures import signed_headers
from classifier.integrations.targets import AddressRefused, Target, target

log = structlog.get_logger(__name__)

CONNECT_S = 5
WHOLE_S = 15
GONE = 410
HEADERS = {"Content-Type": "application/json", "User-Agent": "FASI-Webhooks/1"}


@dataclass(frozen=True)
class Told:
    """What became of one attempt: the HTTP status, or what went wrong before there was one."""

    answer: int | None
    error: str = ""

    @property
    def heard(self) -> bool:
        return self.answer is not None and 200 <= self.answer < 300


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name resolves to by now."""

    def __init__(self, to: Target) -> None:
        super().__init__(to.host, to.port, timeout=CONNECT_S)
        self._to = to

    def connect(self) -> None:
        self.sock = socket.create_connection((self._to.address, self._to.port), self.timeout)
        if self._to.secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._to.host)

    def cut(self) -> None:
        """End it from another thread, whatever it waits for."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def send(claim: Claim, body: bytes) -> Told:
    """One attempt. A redirect is an answer like any other that is no success."""
    try:
        to = target(claim.url)
    except AddressRefused as error:
        return Told(None, str(error))
    headers = signed_headers(claim.secret, claim.delivery_id, timezone.now(), body)
    link = _Pinned(to)
    # Each single read has its timeout; this ends an answer that drips in byte by byte.
    end = Timer(WHOLE_S, link.cut)
    end.daemon = True
    end.start()
    try:
        link.request("POST", to.path, body, HEADERS | headers)
        return Told(link.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return Told(None, f"{type(error).__name__}: {error}")
    finally:
        end.cancel()
        link.close()


def deliver_due() -> int:
    """Send all that is due. Returns how many were heard."""
    heard = 0
    with ThreadPoolExecutor(deliveries.AT_A_TIME, thread_name_prefix="courier") as pool:
        while claims := deliveries.claim_deliveries():
            bodies = [json.dumps(deliveries.told(claim)).encode() for claim in claims]
            for claim, told in zip(claims, pool.map(send, claims, bodies), strict=True):
                heard += told.heard
                _note(claim, told)
    return heard


def _note(claim: Claim, told: Told) -> None:
    log.info(
        "webhook_told" if told.heard else "webhook_not_told",
        delivery=str(claim.delivery_id),
        attempt=claim.attempt,
        answer=told.answer,
        error=told.error,
    )
    if told.answer is not None and told.heard:
        deliveries.delivered(claim, told.answer)
    elif told.answer == GONE:
        deliveries.gone(claim, GONE)
    else:
        deliveries.put_off(claim, told.answer, told.error or f"answered with {told.answer}")


_at_work = Lock()


def start_delivering() -> None:
    """Send all that is due in a thread; returns at once. One such thread a process is enough.

    If the process dies meanwhile, what was being sent is due again a minute later.
    """
    if _at_work.acquire(blocking=False):
        Thread(target=_deliver, name="courier", daemon=True).start()


def _deliver() -> None:
    try:
        deliver_due()
    except Exception:
        log.exception("courier_stopped")  # the next sweep starts another
    finally:
        connection.close()
        _at_work.release()
