"""Which release speaks for an outfit: whose prediction is shown, and counts."""

import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef

from classifier.models import Prediction
from classifier.reviews.verdicts import lock, settle


def let_speak(release_id: int, outfit_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Show this release's predictions of these outfits, and count the outfits as they say.

    What people said of an outfit holds on. Outfits that the release has not predicted, or for
    which it speaks already, are left alone. Returns those that changed.
    """
    with transaction.atomic():
        lock(outfit_ids)
        of_them = Prediction.objects.filter(outfit__in=outfit_ids)
        silent = of_them.filter(release=release_id, shown=False)
        changed = set(silent.values_list("outfit", flat=True))
        # One after the other: at no moment may two be shown.
        of_them.filter(Exists(silent.filter(outfit=OuterRef("outfit"))), shown=True).update(
            shown=False
        )
        silent.update(shown=True)
        settle(changed)
    return changed
