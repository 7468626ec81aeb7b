"""Into the bin and out of it, as changes of an outfit's status.

    queued, running, done, failed --put_away--> binned --bring_back--> what it was

Nobody else knows the status `binned`, so in the bin an outfit is out of every claim's reach, and a
worker that has it in hand writes nothing: it no longer matches the fence (`claims`). An outfit that
was waiting or running waits again when it is brought back, as one that comes in now; the attempt
that was cut off counts as none.
"""

import uuid

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from classifier.lifecycle.fairness import next_turn
from classifier.lifecycle.noticing import notice_deleted, notice_restored
from classifier.lifecycle.wakeup import wake_worker
from classifier.models import Binned, Outfit

Status = Outfit.Status


def put_away(owner_id: int, outfit_id: uuid.UUID, together: uuid.UUID) -> bool:
    """Put this person's outfit into the bin. False: there is none, or it is in the bin."""
    with transaction.atomic():
        # The lock keeps a worker from finishing it between the two statements.
        theirs = Outfit.objects.select_for_update().filter(pk=outfit_id, owner_id=owner_id)
        status = theirs.values_list("status", flat=True).first()
        if status is None:
            return False
        running = status == Status.RUNNING
        Outfit.objects.filter(pk=outfit_id).update(
            status=Status.BINNED,
            attempts_before=F("attempts_before") + int(running),
            lease_until=None,
            claimed_by="",
        )
        was = Status.QUEUED if running else Status(status)
        Binned.objects.create(outfit_id=outfit_id, owner_id=owner_id, was=was, together=together)
        notice_deleted(owner_id, 1)
    return True


def bring_back(owner_id: int, outfit_id: uuid.UUID) -> bool:
    """Give this person's outfit the status again that it had. False: it is not in their bin."""
    with transaction.atomic():
        outfit = Outfit.everything.filter(pk=outfit_id, owner_id=owner_id)
        outfit.select_for_update().first()  # first, as whoever removes it for good
        binned = Binned.objects.filter(pk=outfit_id, owner_id=owner_id).first()
        if binned is None:
            return False
        if binned.was == Status.QUEUED:
            priority = outfit.values_list("priority", flat=True).get()
            outfit.update(
                status=Status.QUEUED,
                turn=next_turn(owner_id, priority),
                queued_at=Now(),
                not_before=Now(),
            )
            transaction.on_commit(wake_worker, robust=True)
        else:
            outfit.update(status=binned.was)
        notice_restored(owner_id, binned.since)
        binned.delete()
    return True
