"""Sends the deliveries of webhooks in a thread of its own: a slow receiver delays no photo."""

import http.client
import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from queue import Empty, SimpleQueue
from threading import Lock, Thread, Timer

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from classifier.integrations import deliveries
from classifier.integrations.deliveries import Claim
from classifier.integrations.signatures import signed_headers
from classifier.integrations.targets import AddressRefused, target
from outbound.targets import Target

log = structlog.get_logger(__name__)

CONNECT_S = 5
SENDERS = 16
# Other processes claim too, and what failed is due again after a while.
LOOK_AGAIN_S = 1.0
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


Ended = tuple[Claim, DeliveryResult]
News = SimpleQueue[Ended | None]
"""What ended, for the thread that claims; None: something new may be due."""


def deliver_due() -> int:
    """Send all that is due. Returns how many succeeded.

    Whoever ends makes room for the next at once: nobody waits for the slowest.
    """
    succeeded = on_the_way = 0
    news: News = SimpleQueue()
    _listening[:] = [news]
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="webhooks") as pool:
        while True:
            for claim in deliveries.claim_deliveries(SENDERS - on_the_way):
                body = json.dumps(deliveries.payload(claim)).encode()
                pool.submit(_send, claim, body, news)
                on_the_way += 1
            if not on_the_way:
                return succeeded
            if ended := _next(news):
                on_the_way -= 1
                succeeded += ended[1].succeeded
                _note(*ended)


def _send(claim: Claim, body: bytes, news: News) -> None:
    try:
        result = send(claim, body)
    except Exception as error:  # or its place would be lost
        log.exception("delivery_failed")
        result = DeliveryResult(None, type(error).__name__)
    news.put((claim, result))


def _next(news: News) -> Ended | None:
    try:
        return news.get(timeout=LOOK_AGAIN_S)
    except Empty:
        return None


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
        deliveries.disable(claim, HTTPStatus.GONE, "410 Gone")
        _tell_owner(claim)
    else:
        error = result.error or f"answered with {result.answer}"
        if deliveries.retry_later(claim, result.answer, error):
            _tell_owner(claim)


def _tell_owner(claim: Claim) -> None:
    """A mail that says that their webhook is switched off; without one, the API shows it."""
    log.warning("webhook_switched_off", webhook=str(claim.webhook_id))
    owner = User.objects.filter(webhooks=claim.webhook_id).first()
    if owner is None or not owner.email:
        return
    text = _(
        "Your webhook %(url)s has rejected everything for a day, or reported that it no longer "
        "exists. We turned it off and dropped its waiting messages.\n"
        "\n"
        "When it works again, send it a test (POST /api/v1/webhooks/%(id)s/test). If the test "
        "succeeds, the webhook is turned on again."
    ) % {"url": claim.url, "id": claim.webhook_id}
    subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _("Your webhook was turned off")
    try:
        send_mail(subject, text, None, [owner.email])
    except OSError as error:  # smtplib's errors are among them
        log.error("mail_not_sent", error=str(error))


_at_work = Lock()
_listening: list[News] = []


def start_delivering() -> None:
    """Send all that is due in a thread; returns at once. One such thread a process is enough.

    If the process dies meanwhile, what was being sent is due again a minute later.
    """
    if _at_work.acquire(blocking=False):
        Thread(target=_deliver, name="webhooks", daemon=True).start()
    else:
        for news in _listening:
            news.put(None)


def _deliver() -> None:
    try:
        deliver_due()
    except Exception:
        log.exception("deliveries_stopped")  # the next sweep starts another
    finally:
        connection.close()
        _at_work.release()
