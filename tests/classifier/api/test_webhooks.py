"""Webhooks: sent by a real worker to a real receiver, over HTTP."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone
from fasi_client import verify_webhook

from classifier.integrations import deliveries
from classifier.integrations.deliveries import BACK_OFF_S, MOST_ATTEMPTS, OF_ONE_OWNER
from classifier.integrations.signatures import signed_headers
from classifier.integrations.targets import AddressRefused, target
from classifier.lifecycle.attempts import fail
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.failures import Failure
from classifier.models import Delivery, Outfit, Release, Webhook
from tests.classifier.api.conftest import Program, code
from tests.support.starting import wait_until
from worker.classification import work
from worker.jobs import webhooks
from worker.jobs.webhooks import deliver_due

Make = Callable[..., Outfit]


class Receiver:
    """Somebody's server: keeps what it receives and answers as a test wants."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answer = 204
        self.location = ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((dict(self.headers), body))
                self.send_response(receiver.answer)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the output of tests clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?shop=1"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.received]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def webhook(owners: Program, receiver: Receiver) -> dict[str, Any]:
    answer = owners.post("webhooks", json={"url": receiver.url})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def due_now() -> None:
    Delivery.objects.update(not_before=timezone.now())
    Webhook.objects.update(not_before=timezone.now())


def test_a_done_outfit_is_told_and_signed(
    receiver: Receiver, webhook: dict[str, Any], make_outfit: Make, release: Release
) -> None:
    outfit = make_outfit()
    work(budget_s=30)
    assert deliver_due() == 1
    headers, body = receiver.received[0]
    event = verify_webhook(webhook["secret"], headers, body)
    outfit.refresh_from_db()
    assert event["type"] == "outfit.done"
    assert event["data"]["id"] == str(outfit.pk)
    assert event["data"]["style"] == outfit.style
    assert event["data"]["url"] == f"/api/v1/outfits/{outfit.pk}"
    assert headers["webhook-id"] == str(Delivery.objects.get().pk)
    assert deliver_due() == 0  # once delivered, never again


def test_what_is_forged_or_old_is_not_believed(
    receiver: Receiver, webhook: dict[str, Any], make_outfit: Make, release: Release
) -> None:
    make_outfit()
    work(budget_s=30)
    deliver_due()
    headers, body = receiver.received[0]
    with pytest.raises(ValueError, match="not signed"):
        verify_webhook(webhook["secret"], headers, body.replace(b"done", b"fake"))
    old = signed_headers(webhook["secret"], "1", timezone.now() - timedelta(minutes=6), body)
    with pytest.raises(ValueError, match="too old"):
        verify_webhook(webhook["secret"], old, body)


def test_signatures_are_those_of_standard_webhooks() -> None:
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1_614_265_330, UTC),
        b'{"test": 2432232314}',
    )
    # The example of the specification's reference implementations.
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_failed_outfit_is_told(
    receiver: Receiver, webhook: dict[str, Any], make_outfit: Make
) -> None:
    make_outfit()
    fail(claim_outfits("test", 1), Failure.ENGINE, "broken")
    deliver_due()
    (event,) = receiver.events()
    assert (event["type"], event["data"]["failure"]) == ("outfit.failed", "engine_error")


def test_a_lost_lease_tells_nothing(webhook: dict[str, Any], make_outfit: Make) -> None:
    make_outfit()
    claims = claim_outfits("test", 1)
    Outfit.objects.update(claimed_by="another")
    fail(claims, Failure.ENGINE, "broken")
    assert not Delivery.objects.exists()


def test_only_the_owners_webhook_for_this_event_is_told(
    owners: Program, strangers: Program, receiver: Receiver, make_outfit: Make, release: Release
) -> None:
    strangers.post("webhooks", json={"url": receiver.url})
    owners.post("webhooks", json={"url": receiver.url, "events": ["outfit.failed"]})
    make_outfit()
    work(budget_s=30)
    assert not Delivery.objects.exists()


def test_what_was_not_heard_is_told_again_later(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    receiver.answer = 500
    owners.post(f"webhooks/{webhook['id']}/test")
    before = timezone.now()
    assert deliver_due() == 0
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.answer) == ("waiting", 1, 500)
    assert delivery.not_before >= before + timedelta(seconds=BACK_OFF_S[0])
    receiver.answer = 200
    due_now()
    assert deliver_due() == 1
    ids = {headers["webhook-id"] for headers, _body in receiver.received}
    assert len(ids) == 1  # by which a receiver knows that it heard this before
    shown = owners.get(f"webhooks/{webhook['id']}/deliveries").json()["items"]
    assert [(each["status"], each["attempts"], each["answer"]) for each in shown] == [
        ("delivered", 2, 200)
    ]


def test_after_the_last_attempt_it_is_given_up(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    receiver.answer = 503
    owners.post(f"webhooks/{webhook['id']}/test")
    for _ in range(MOST_ATTEMPTS + 1):
        due_now()
        deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("failed", MOST_ATTEMPTS)
    assert len(receiver.received) == MOST_ATTEMPTS


def test_410_ends_the_webhook(
    owners: Program,
    receiver: Receiver,
    webhook: dict[str, Any],
    make_outfit: Make,
    release: Release,
) -> None:
    receiver.answer = 410
    owners.post(f"webhooks/{webhook['id']}/test")
    deliver_due()
    assert owners.get(f"webhooks/{webhook['id']}").json()["active"] is False
    make_outfit()
    work(budget_s=30)
    assert Delivery.objects.count() == 1


def test_a_redirect_is_not_followed(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    receiver.answer, receiver.location = 307, receiver.url
    owners.post(f"webhooks/{webhook['id']}/test")
    assert deliver_due() == 0
    assert len(receiver.received) == 1
    assert Delivery.objects.get().answer == 307


def test_a_receiver_that_is_away_is_tried_again(owners: Program, webhook: dict[str, Any]) -> None:
    Webhook.objects.update(url="http://127.0.0.1:9/")
    owners.post(f"webhooks/{webhook['id']}/test")
    assert deliver_due() == 0
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.answer) == ("waiting", None)
    assert "refused" in delivery.error_text


def test_what_a_dead_worker_was_sending_is_sent_by_another(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    owners.post(f"webhooks/{webhook['id']}/test")
    (lost,) = deliveries.claim_deliveries(8)
    assert deliver_due() == 0  # it is in other hands
    due_now()
    assert deliver_due() == 1
    assert deliveries.retry_later(lost, None, "too late") is False
    assert Delivery.objects.get().status == "delivered"


def test_webhooks_of_one_person_take_turns(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    other = owners.post("webhooks", json={"url": receiver.url}).json()
    for _ in range(9):
        owners.post(f"webhooks/{webhook['id']}/test")
    owners.post(f"webhooks/{other['id']}/test")
    claimed = [str(claim.webhook_id) for claim in deliveries.claim_deliveries(16)]
    assert sorted(claimed) == sorted([webhook["id"]] * (OF_ONE_OWNER - 1) + [other["id"]])
    assert deliveries.claim_deliveries(16) == []  # so many are on their way


def test_a_person_with_hundreds_of_deliveries_keeps_no_other_waiting(
    owners: Program, strangers: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    other = strangers.post("webhooks", json={"url": receiver.url}).json()
    Delivery.objects.bulk_create(
        Delivery(webhook_id=webhook["id"], event="webhook.test") for _ in range(300)
    )
    strangers.post(f"webhooks/{other['id']}/test")
    claimed = [str(claim.webhook_id) for claim in deliveries.claim_deliveries(2)]
    assert other["id"] in claimed


def test_receivers_that_never_answer_delay_nobody_elses(
    owners: Program, strangers: Program, receiver: Receiver, settings: Any
) -> None:
    settings.FASI_DELIVERY_TIMEOUT_S = 4
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for _ in range(10):
            dead = owners.post("webhooks", json={"url": url}).json()
            Delivery.objects.bulk_create(
                Delivery(webhook_id=dead["id"], event="webhook.test") for _ in range(30)
            )
        webhooks.start_delivering()
        sending = Delivery.objects.filter(status="sending")
        wait_until(lambda: sending.count() == OF_ONE_OWNER, "the senders that hang", 10)
        other = strangers.post("webhooks", json={"url": receiver.url}).json()
        began = time.monotonic()
        strangers.post(f"webhooks/{other['id']}/test")
        webhooks.start_delivering()
        wait_until(lambda: bool(receiver.received), "the other person's delivery", 10)
        assert time.monotonic() - began < 2
        Webhook.objects.filter(url=url).delete()
        wait_until(lambda: not webhooks._at_work.locked(), "the end of the sending thread", 20)


def test_a_receiver_that_fails_is_asked_ever_more_seldom(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    receiver.answer = 500
    pauses = []
    for _ in range(3):
        owners.post(f"webhooks/{webhook['id']}/test")
        Webhook.objects.update(not_before=timezone.now())
        Delivery.objects.filter(attempts__gt=0).delete()
        deliver_due()
        pauses.append((Webhook.objects.get().not_before - timezone.now()).total_seconds())
    assert pauses == pytest.approx([5, 10, 20], abs=2)
    owners.post(f"webhooks/{webhook['id']}/test")
    assert deliver_due() == 0
    assert len(receiver.received) == 3  # not before its pause is over
    receiver.answer = 204
    due_now()
    deliver_due()
    row = Webhook.objects.get()
    assert (row.failures, row.failing_since) == (0, None)


def test_a_receiver_that_failed_for_a_day_is_switched_off_and_its_owner_told(
    owners: Program, receiver: Receiver, webhook: dict[str, Any], mailoutbox: Any
) -> None:
    receiver.answer = 500
    for _ in range(2):
        owners.post(f"webhooks/{webhook['id']}/test")
    Webhook.objects.update(failing_since=timezone.now() - timedelta(hours=25), failures=9)
    deliver_due()
    assert owners.get(f"webhooks/{webhook['id']}").json()["active"] is False
    assert set(Delivery.objects.values_list("status", flat=True)) == {"failed"}
    _made, mail = mailoutbox
    assert mail.to == ["owner@example.org"]
    assert receiver.url in mail.body
    receiver.answer = 204
    Webhook.objects.update(not_before=timezone.now())
    owners.post(f"webhooks/{webhook['id']}/test")
    assert deliver_due() == 1
    assert owners.get(f"webhooks/{webhook['id']}").json()["active"] is True


def test_a_worker_delivers_in_the_background(
    owners: Program, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    owners.post(f"webhooks/{webhook['id']}/test")
    webhooks.start_delivering()
    wait_until(lambda: Delivery.objects.get().status == "delivered", "the delivery", 10)
    wait_until(lambda: not webhooks._at_work.locked(), "the end of the sending thread", 10)


def test_a_deleted_outfit_is_only_named(
    receiver: Receiver, webhook: dict[str, Any], make_outfit: Make, release: Release
) -> None:
    outfit = make_outfit()
    work(budget_s=30)
    outfit.delete()
    deliver_due()
    assert set(receiver.events()[0]["data"]) == {"id", "url", "status"}


def test_the_secret_is_shown_once(owners: Program, webhook: dict[str, Any]) -> None:
    assert webhook["secret"].startswith("whsec_")
    assert "secret" not in owners.get(f"webhooks/{webhook['id']}").json()
    assert webhook["secret"] not in owners.get("webhooks").text


def test_another_persons_webhook_does_not_exist(
    strangers: Program, webhook: dict[str, Any]
) -> None:
    address = f"webhooks/{webhook['id']}"
    for answer in (
        strangers.get(address),
        strangers.delete(address),
        strangers.post(f"{address}/test"),
        strangers.get(f"{address}/deliveries"),
    ):
        assert code(answer) == "not_found"
    assert Webhook.objects.exists()


def test_a_webhook_is_deleted(owners: Program, webhook: dict[str, Any]) -> None:
    owners.post(f"webhooks/{webhook['id']}/test")
    assert owners.delete(f"webhooks/{webhook['id']}").status_code == 204
    assert not Delivery.objects.exists()


def test_webhooks_are_few(owners: Program, receiver: Receiver) -> None:
    answers = [owners.post("webhooks", json={"url": receiver.url}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [422]
    assert code(answers[10]) == "too_many_webhooks"


def test_old_deliveries_are_forgotten(owners: Program, webhook: dict[str, Any]) -> None:
    for _ in range(2):
        owners.post(f"webhooks/{webhook['id']}/test")
    deliver_due()
    first = Delivery.objects.earliest("created")
    Delivery.objects.filter(pk=first.pk).update(created=timezone.now() - deliveries.KEPT)
    assert deliveries.forget_old() == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:7f00:1::]/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://172.16.0.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0.0.0.0/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "http://93.184.215.14/",
        "ftp://93.184.215.14/",
        "https://user:word@93.184.215.14/",
        "https://93.184.215.14:99999/",
        "https://93.184.215.14:22/",
        "https://93.184.215.14:80/",
        "https://[2001:db8::1]/",
        "https://[2001::7f00:1]/",
        "https:///path",
        "https://nowhere.invalid/",
    ],
)
def test_no_webhook_leads_inside(owners: Program, settings: Any, url: str) -> None:
    settings.FASI_WEBHOOK_ALLOW_INTERNAL = False
    with pytest.raises(AddressRefused):
        target(url)
    answer = owners.post("webhooks", json={"url": url})
    assert answer.status_code == 422
    assert code(answer) in ("address_refused", "invalid_request")


def test_an_address_that_moved_inside_is_not_told(
    owners: Program, receiver: Receiver, webhook: dict[str, Any], settings: Any
) -> None:
    owners.post(f"webhooks/{webhook['id']}/test")
    settings.FASI_WEBHOOK_ALLOW_INTERNAL = False
    Webhook.objects.update(url="https://localhost/")
    assert deliver_due() == 0
    assert receiver.received == []
    assert "private network" in Delivery.objects.get().error_text
