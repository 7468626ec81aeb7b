"""An owner asks staff to look at one photo, whatever they consented to, until they take it back."""

from django.db import transaction
from django.db.models.functions import Now

from classifier.models import Outfit
from classifier.reviews.verdicts import lock
from classifier.reviews.worth import refresh


def ask(outfit: Outfit) -> bool:
    """Ask from now on. False where they did before."""
    return _change(outfit, asked=True)


def stop(outfit: Outfit) -> bool:
    """Ask no more: without a consent staff do not see the photo from now on. False if none was."""
    return _change(outfit, asked=False)


def _change(outfit: Outfit, *, asked: bool) -> bool:
    with transaction.atomic():
        lock([outfit.pk])
        other = Outfit.objects.filter(pk=outfit.pk, review_asked__isnull=asked)
        changed = other.update(review_asked=Now() if asked else None)
        refresh([outfit.pk])
    return bool(changed)
