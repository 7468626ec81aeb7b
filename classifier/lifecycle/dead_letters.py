"""The inbox of dead letters: what failed for good and waits for a person."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet

from classifier.lifecycle.failures import FailureMessage, failure_message
from classifier.lifecycle.removal import remove_outfit
from classifier.models import Outfit

# Each round takes up to FASI_MAX_ATTEMPTS attempts, or as many workers' lives.
OWNERS_ROUNDS = 4


@dataclass(frozen=True)
class Kind:
    """The dead letters of one reason."""

    reason: str
    count: int

    @property
    def message(self) -> FailureMessage:
        """The reason as people read it."""
        return failure_message(self.reason)


def dead_letters(reason: str = "") -> QuerySet[Outfit]:
    """Failed outfits, newest first, with their history; of one reason, or all."""
    failed = Outfit.objects.filter(status=Outfit.Status.FAILED)
    if reason:
        failed = failed.filter(error_code=reason)
    return (
        failed.order_by("-created", "-id")
        .select_related("owner")
        .prefetch_related("ended_attempts")
    )


def kinds() -> list[Kind]:
    """The reasons that occur, the commonest first. One scan of the index of failed outfits."""
    counts = (
        Outfit.objects.filter(status=Outfit.Status.FAILED)
        .values_list("error_code")
        .annotate(count=Count("*"))
        .order_by("-count", "error_code")
    )
    return [Kind(reason, count) for reason, count in counts]


def owner_may_try_again(outfit: Outfit) -> bool:
    """Whether its owner may queue this dead letter again, or only staff may.

    A photo that kills workers must not do so for as long as its owner has patience.
    """
    most: int = OWNERS_ROUNDS * settings.FASI_MAX_ATTEMPTS
    return outfit.attempts < most


def discard(outfit_id: uuid.UUID) -> bool:
    """Delete a dead letter for ever, row and objects. False if it is none (any more).

    Raises StorageUnavailable, and then it is still there.
    """
    with transaction.atomic():
        # The lock keeps anybody from queueing it again while its photo goes.
        letter = (
            Outfit.objects.select_for_update()
            .filter(pk=outfit_id, status=Outfit.Status.FAILED)
            .first()
        )
        if letter is None:
            return False
        remove_outfit(letter)
    return True
