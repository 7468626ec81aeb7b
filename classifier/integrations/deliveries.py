"""Events for webhooks: recorded with what happened, in one transaction; sent by a worker.

    waiting --claim--> sending --delivered--> delivered
       ^                  |----retry_later--> failed, after the last attempt
       |------------------'

Guarded updates, as of outfits: the fence of a claim is (status sending, attempts). An event
may arrive twice (a worker may die after it sent and before it wrote that down); receivers know it
by its id.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from classifier.models import Delivery, Event, Outfit, Webhook

# Seconds until the next attempt, as Standard Webhooks recommends; the whole takes about a day.
BACK_OFF_S = (5, 300, 1_800, 7_200, 18_000, 36_000)
MOST_ATTEMPTS = len(BACK_OFF_S) + 1
AT_A_TIME = 8
OF_ONE_WEBHOOK = 2
KEPT = timedelta(days=30)

_RECORD = """
    INSERT INTO classifier_delivery
        (id, webhook_id, event, outfit_id, status, attempts, not_before, error_text, created)
    SELECT gen_random_uuid(), webhook.id, 'outfit.' || outfit.status, outfit.id,
           'waiting', 0, now(), '', now()
    FROM classifier_outfit AS outfit
    JOIN classifier_webhook AS webhook ON webhook.owner_id = outfit.owner_id
    WHERE outfit.id = ANY(%(ids)s::uuid[])
      AND webhook.active AND 'outfit.' || outfit.status = ANY(webhook.events)
"""


def record_ended(outfits: Collection[uuid.UUID]) -> None:
    """These outfits are done or failed now: record a delivery for each webhook of theirs."""
    if outfits:
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, {"ids": list(outfits)})


def record_test(webhook: Webhook) -> Delivery:
    """Record a test event for this webhook, to see whether it answers."""
    return Delivery.objects.create(webhook=webhook, event=Event.TEST)


@dataclass(frozen=True)
class Claim:
    """One delivery that a worker has to send."""

    delivery_id: uuid.UUID
    attempt: int
    event: str
    outfit_id: uuid.UUID | None
    created: datetime
    webhook_id: uuid.UUID
    url: str
    secret: str


# At most two of one webhook at a time, however many of it are due: one that never answers must not
# keep the others waiting.
_CLAIM = """
    WITH ranked AS (
        SELECT id, row_number() OVER (PARTITION BY webhook_id ORDER BY not_before) AS place
        FROM classifier_delivery
        WHERE status IN ('waiting', 'sending') AND not_before <= now()
    ), chosen AS (
        SELECT due.id FROM classifier_delivery AS due JOIN ranked USING (id)
        WHERE place <= %(of_one)s AND status IN ('waiting', 'sending') AND not_before <= now()
        ORDER BY place, not_before
        LIMIT %(at_a_time)s
        FOR UPDATE OF due SKIP LOCKED
    )
    UPDATE classifier_delivery AS delivery
    SET status = 'sending', attempts = delivery.attempts + 1,
        not_before = now() + make_interval(secs => %(lease_s)s)
    FROM chosen, classifier_webhook AS webhook
    WHERE delivery.id = chosen.id AND webhook.id = delivery.webhook_id
    RETURNING delivery.id, delivery.attempts, delivery.event, delivery.outfit_id, delivery.created,
              webhook.id, webhook.url, webhook.secret
"""


def claim_deliveries() -> list[Claim]:
    """Take what is due, the oldest first, and what a worker took and never ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "of_one": OF_ONE_WEBHOOK,
                "at_a_time": AT_A_TIME,
                "lease_s": settings.FASI_DELIVERY_LEASE_S,
            },
        )
        return [Claim(*row) for row in cursor.fetchall()]


def delivered(claim: Claim, answer: int) -> bool:
    """The receiver has accepted it. False where the claim was lost meanwhile."""
    ended = _claimed(claim).update(
        status=Delivery.Status.DELIVERED, ended=timezone.now(), answer=answer, error_text=""
    )
    return bool(ended)


def retry_later(claim: Claim, answer: int | None, error: str) -> bool:
    """The receiver did not accept it: try again later, or give up after the last attempt."""
    now = timezone.now()
    change: dict[str, Any] = {"answer": answer, "error_text": error[:300]}
    if claim.attempt >= MOST_ATTEMPTS:
        change |= {"status": Delivery.Status.FAILED, "ended": now}
    else:
        pause = timedelta(seconds=BACK_OFF_S[claim.attempt - 1])
        change |= {"status": Delivery.Status.WAITING, "not_before": now + pause}
    return bool(_claimed(claim).update(**change))


def disable(claim: Claim, answer: int) -> None:
    """The receiver answered 410 Gone: send it nothing more, and fail what waits."""
    Webhook.objects.filter(pk=claim.webhook_id).update(active=False)
    Delivery.objects.filter(
        webhook_id=claim.webhook_id, status__in=[Delivery.Status.WAITING, Delivery.Status.SENDING]
    ).update(
        status=Delivery.Status.FAILED, ended=timezone.now(), answer=answer, error_text="410 Gone"
    )


def _claimed(claim: Claim) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        pk=claim.delivery_id, status=Delivery.Status.SENDING, attempts=claim.attempt
    )


def payload(claim: Claim) -> Mapping[str, Any]:
    """The body of the request; of an outfit that was deleted meanwhile only its id."""
    data: dict[str, Any] = {}
    if claim.outfit_id:
        data = {
            "id": str(claim.outfit_id),
            "url": reverse("api:get_outfit", args=[claim.outfit_id]),
            "status": claim.event.removeprefix("outfit."),
        }
        fields = ("batch_id", "kind", "style", "certainty", "error_code")
        if found := Outfit.objects.filter(pk=claim.outfit_id).values(*fields).first():
            batch = found["batch_id"]
            data |= {
                "batch": str(batch) if batch else None,
                "kind": found["kind"],
                "style": found["style"],
                "certainty": found["certainty"],
                "failure": found["error_code"],
            }
    return {"type": claim.event, "timestamp": claim.created.isoformat(), "data": data}


def forget_old() -> int:
    """Delete deliveries that ended long ago. Returns how many."""
    old = Delivery.objects.filter(created__lt=timezone.now() - KEPT)
    deleted, _by_model = old.exclude(ended=None).delete()
    return deleted
