"""A request that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header-06).

The row of a key commits before the work begins, so of two requests with the same key that come at
the same time only one works; the other is told to ask again.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from classifier.models import IdempotentRequest

KEPT = timedelta(hours=24)
# A request that is not answered after this long died with its process (gunicorn's own timeout is
# shorter): whoever asks next does the work.
GIVEN_UP = timedelta(minutes=2)


class OtherRequest(Exception):
    """This key came with another request before."""


class UnderWay(Exception):
    """A request with this key is being answered."""


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status: int
    content_type: str
    body: str


def begin(owner_id: int, key: str, fingerprint: str) -> Answer | None:
    """The answer that this request got before; None where it is ours to do.

    Raises OtherRequest, UnderWay.
    """
    now = timezone.now()
    row, ours = IdempotentRequest.objects.get_or_create(
        owner_id=owner_id, key=key, defaults={"fingerprint": fingerprint, "began": now}
    )
    if ours:
        return None
    stale = Q(began__lt=now - KEPT) | Q(status__isnull=True, began__lt=now - GIVEN_UP)
    taken_over = IdempotentRequest.objects.filter(stale, pk=row.pk, began=row.began).update(
        fingerprint=fingerprint, began=now, status=None, content_type="", body=""
    )
    if taken_over:
        return None
    if row.fingerprint != fingerprint:
        raise OtherRequest
    if row.status is None:
        raise UnderWay
    return Answer(row.status, row.content_type, row.body)


def finish(owner_id: int, key: str, answer: Answer) -> None:
    """Keep the answer for whoever sends the request again."""
    _under_way(owner_id, key).update(
        status=answer.status, content_type=answer.content_type, body=answer.body
    )


def abandon(owner_id: int, key: str) -> None:
    """The request came to nothing: the same key may try again."""
    _under_way(owner_id, key).delete()


def forget_old() -> int:
    """Delete keys that are no longer kept. Returns how many."""
    deleted, _by_model = IdempotentRequest.objects.filter(began__lt=timezone.now() - KEPT).delete()
    return deleted


def _under_way(owner_id: int, key: str) -> QuerySet[IdempotentRequest]:
    return IdempotentRequest.objects.filter(owner_id=owner_id, key=key, status__isnull=True)
