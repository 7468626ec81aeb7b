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
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from classifier.models import Delivery, Event, Outfit, Webhook

# Seconds until the next attempt, as Standard Webhooks recommends; the whole takes about a day.
BACK_OFF_S = (5, 300, 1_800, 7_200, 18_000, 36_000)
MOST_ATTEMPTS = len(BACK_OFF_S) + 1
# How many one person may have on the way at a time, whatever number of webhooks they have.
OF_ONE_OWNER = 4
KEPT = timedelta(days=30)
# A receiver that fails again and again is asked ever more seldom, and after a day no more.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5, 3_600
GIVEN_UP = timedelta(days=1)

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


# Owners take turns: everybody's first before anybody's second, counting what is on its way. So
# somebody's receivers that never answer keep a few senders, and nobody else's waiting. Within an
# owner, webhooks take turns.
_CLAIM = """
    WITH due AS (
        SELECT delivery.*, webhook.owner_id
        FROM classifier_webhook AS webhook CROSS JOIN LATERAL (
            SELECT id, not_before, row_number() OVER (ORDER BY not_before) AS turn
            FROM classifier_delivery
            WHERE webhook_id = webhook.id AND status IN ('waiting', 'sending')
              AND not_before <= now() AND (webhook.active OR event = 'webhook.test')
            ORDER BY not_before LIMIT %(of_one)s
        ) AS delivery
        WHERE webhook.not_before <= now()
    ), on_the_way AS (
        SELECT webhook.owner_id, count(*) AS deliveries
        FROM classifier_delivery AS delivery
        JOIN classifier_webhook AS webhook ON webhook.id = delivery.webhook_id
        WHERE delivery.status = 'sending' AND delivery.not_before > now()
        GROUP BY webhook.owner_id
    ), ranked AS (
        SELECT due.id, due.not_before, coalesce(on_the_way.deliveries, 0)
            + row_number() OVER (PARTITION BY due.owner_id ORDER BY due.turn, due.not_before)
            AS place
        FROM due LEFT JOIN on_the_way USING (owner_id)
    ), chosen AS (
        SELECT delivery.id FROM classifier_delivery AS delivery JOIN ranked USING (id)
        WHERE place <= %(of_one)s
          AND delivery.status IN ('waiting', 'sending') AND delivery.not_before <= now()
        ORDER BY place, ranked.not_before
        LIMIT %(most)s
        FOR UPDATE OF delivery SKIP LOCKED
    )
    UPDATE classifier_delivery AS delivery
    SET status = 'sending', attempts = delivery.attempts + 1,
        not_before = now() + make_interval(secs => %(lease_s)s)
    FROM chosen, classifier_webhook AS webhook
    WHERE delivery.id = chosen.id AND webhook.id = delivery.webhook_id
    RETURNING delivery.id, delivery.attempts, delivery.event, delivery.outfit_id, delivery.created,
              webhook.id, webhook.url, webhook.secret
"""


def claim_deliveries(most: int) -> list[Claim]:
    """Take up to so many that are due, and what a worker took and never ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "of_one": OF_ONE_OWNER,
                "most": most,
                "lease_s": settings.FASI_DELIVERY_LEASE_S,
            },
        )
        return [Claim(*row) for row in cursor.fetchall()]


def delivered(claim: Claim, answer: int) -> bool:
    """The receiver has accepted it. False where the claim was lost meanwhile."""
    ended = _claimed(claim).update(
        status=Delivery.Status.DELIVERED, ended=timezone.now(), answer=answer, error_text=""
    )
    webhook = Webhook.objects.filter(pk=claim.webhook_id)
    webhook.exclude(failures=0).update(failures=0, failing_since=None, not_before=Now())
    if claim.event == Event.TEST:
        webhook.filter(active=False).update(active=True)
    return bool(ended)


def retry_later(claim: Claim, answer: int | None, error: str) -> bool:
    """The receiver did not accept it: try again later, or give up after the last attempt.

    True where that was the end of the webhook: it has failed for a day, and is switched off.
    """
    now = timezone.now()
    change: dict[str, Any] = {"answer": answer, "error_text": error[:300]}
    if claim.attempt >= MOST_ATTEMPTS:
        change |= {"status": Delivery.Status.FAILED, "ended": now}
    else:
        pause = timedelta(seconds=BACK_OFF_S[claim.attempt - 1])
        change |= {"status": Delivery.Status.WAITING, "not_before": now + pause}
    if not _claimed(claim).update(**change):
        return False
    return _back_off(claim)


def _back_off(claim: Claim) -> bool:
    """Ask this receiver more seldom. True where it was switched off, this time and by us."""
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().filter(pk=claim.webhook_id).first()
        if webhook is None:
            return False
        pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(webhook.failures, 20))
        webhook.failures += 1
        webhook.failing_since = webhook.failing_since or timezone.now()
        webhook.not_before = timezone.now() + timedelta(seconds=pause)
        webhook.save(update_fields=["failures", "failing_since", "not_before"])
        over = webhook.active and webhook.failing_since <= timezone.now() - GIVEN_UP
        if over:
            disable(claim, None, "switched off: it had failed for a day")
    return over


def disable(claim: Claim, answer: int | None, why: str) -> None:
    """Send the receiver nothing more, and fail what waits."""
    Webhook.objects.filter(pk=claim.webhook_id).update(active=False)
    Delivery.objects.filter(
        webhook_id=claim.webhook_id, status__in=[Delivery.Status.WAITING, Delivery.Status.SENDING]
    ).update(status=Delivery.Status.FAILED, ended=timezone.now(), answer=answer, error_text=why)


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
