"""Whose turn it is: start-time fair queueing between the owners of waiting outfits."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Max, QuerySet

from classifier.models import Outfit

# `greatest` leaves out what is null: the second, where the owner has nothing that waits.
_NEXT = """
    SELECT greatest(
        coalesce((SELECT turn FROM classifier_outfit
                  WHERE status = 'queued' AND priority = %(priority)s
                  ORDER BY turn LIMIT 1), 0),
        (SELECT turn + 1 FROM classifier_outfit
         WHERE status = 'queued' AND priority = %(priority)s AND owner_id = %(owner)s
         ORDER BY turn DESC LIMIT 1)
    )
"""


def next_turn(owner_id: int, priority: int) -> int:
    """The virtual start time of the owner's next outfit (start-time fair queueing).

    Goyal, Vin and Cheng 1996, section 2: it is the larger of the queue's virtual time, which is the
    smallest turn that waits, and the end of the owner's last waiting outfit. So a photo of somebody
    with nothing queued goes next to the head, whatever others have queued before.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"priority": priority, "owner": owner_id})
        return int(cursor.fetchone()[0])


def _waiting(priority: int) -> QuerySet[Outfit]:
    return Outfit.objects.filter(status=Outfit.Status.QUEUED, priority=priority)


def _virtual_time(priority: int) -> int:
    return _waiting(priority).order_by("turn").values_list("turn", flat=True).first() or 0


def _start(virtual_time: int, own_last: int | None) -> int:
    return virtual_time if own_last is None else max(virtual_time, own_last + 1)


def turns_of(owner_ids: Sequence[int], priority: int) -> list[int]:
    """What `next_turn` would give outfits of these owners, queued one after the other."""
    owners = _waiting(priority).filter(owner_id__in=set(owner_ids)).values_list("owner_id")
    own_last: dict[int, int] = dict(owners.annotate(Max("turn")).order_by())
    virtual_time = _virtual_time(priority)
    turns = []
    for owner_id in owner_ids:
        own_last[owner_id] = _start(virtual_time, own_last.get(owner_id))
        turns.append(own_last[owner_id])
    return turns
