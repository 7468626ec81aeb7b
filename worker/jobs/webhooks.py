"""Sends the deliveries of webhooks in a thread of its own: a slow receiver delays no photo."""

import http.client
import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock, Thread, Timer

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from classifier.integrations import deliveries
from classifier.integrations.deliveries import Claim
from classifier.integrations.signatures import signed_headers
from classifier.integrations.targets import AddressRefused, target
from outbound.targets import Target

log = structlog.get_logger(__name__)

CONNECT_S = 5
HEADERS = {"Content-Type": "application/json", "User-Agent": "FASI-Webhooks/1"}


@dataclass(frozen=True)
class DeliveryResult:
    """What became of one attempt: the HTTP status, or what went wrong before there was one."""

    answer: int | None
    error: str = ""

    @property
    def succeeded(self) -> bool:
        return self.answer is not None and 200 <= self.answer < 300


class _Pinned(http.client.HTTPConnection):
    """A connection to the IP address that was checked, whatever the name resolves to by now."""

    def __init__(self, to: Target) -> None:
        super().__init__(to.host, to.port, timeout=CONNECT_S)
        self._to = to

    def connect(self) -> None:
        self.sock = socket.create_connection((self._to.ip_address, self._to.port), self.timeout)
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


def send(claim: Claim, body: bytes) -> DeliveryResult:
    """One attempt. A redirect is an answer like any other that is no success."""
    try:
        to = target(claim.url)
    except AddressRefused as error:
        return DeliveryResult(None, str(error))
    headers = signed_headers(claim.secret, claim.delivery_id, timezone.now(), body)
    link = _Pinned(to)
    # Each single read has its timeout; this ends an answer that drips in byte by byte.
    end = Timer(settings.FASI_DELIVERY_TIMEOUT_S, link.cut)
    end.daemon = True
    end.start()
    try:
        link.request("POST", to.path, body, HEADERS | headers)
        return DeliveryResult(link.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return DeliveryResult(None, f"{type(error).__name__}: {error}")
    finally:
        end.cancel()
        link.close()


def deliver_due() -> int:
    """Send all that is due. Returns how many succeeded."""
    succeeded = 0
    with ThreadPoolExecutor(deliveries.AT_A_TIME, thread_name_prefix="webhooks") as pool:
        while claims := deliveries.claim_deliveries():
            bodies = [json.dumps(deliveries.payload(claim)).encode() for claim in claims]
            for claim, result in zip(claims, pool.map(send, claims, bodies), strict=True):
                succeeded += result.succeeded
                _note(claim, result)
    return succeeded


def _note(claim: Claim, result: DeliveryResult) -> None:
    log.info(
        "webhook_delivered" if result.succeeded else "webhook_not_delivered",
        delivery=str(claim.delivery_id),
        attempt=claim.attempt,
        answer=result.answer,
        error=result.error,
    )
    if result.answer is not None and result.succeeded:
        deliveries.delivered(claim, result.answer)
    elif result.answer == HTTPStatus.GONE:
        deliveries.disable(claim, HTTPStatus.GONE)
    else:
        error = result.error or f"answered with {result.answer}"
        deliveries.retry_later(claim, result.answer, error)


_at_work = Lock()


def start_delivering() -> None:
    """Send all that is due in a thread; returns at once. One such thread a process is enough.

    If the process dies meanwhile, what was being sent is due again a minute later.
    """
    if _at_work.acquire(blocking=False):
        Thread(target=_deliver, name="webhooks", daemon=True).start()


def _deliver() -> None:
    try:
        deliver_due()
    except Exception:
        log.exception("deliveries_stopped")  # the next sweep starts another
    finally:
        connection.close()
        _at_work.release()
