"""What people allow beyond what the site is for: nothing until they say so.

Whether staff may review their photos and train the model with them, and, apart from that, whether
researchers may get what happened with them. Every change is kept. What holds, `Consent.objects`
knows.
"""

from django.contrib.auth.models import User
from django.db import transaction

from classifier.models import Consent, DeletedOutfits, Outfit, Purpose
from classifier.reviews.verdicts import lock
from classifier.reviews.worth import withdraw


def record_consent(owner_id: int, given: bool, purpose: Purpose = Purpose.TRAINING) -> None:
    """Write down what the person says now, if it is something else than before.

    Who takes research back: what was written down for it alone is forgotten.
    """
    with transaction.atomic():
        # Two clicks at once are one change. Without the key: rows that refer to the person are
        # written meanwhile, also by whoever has what `withdraw` waits for.
        User.objects.select_for_update(no_key=True).get(pk=owner_id)
        if Consent.objects.holds(owner_id, purpose) != given:
            Consent.objects.create(owner_id=owner_id, purpose=purpose, given=given)
            if purpose == Purpose.TRAINING and not given:
                withdraw(owner_id)
        if purpose == Purpose.RESEARCH and not given:
            seen = Outfit.everything.filter(owner_id=owner_id, seen_on__isnull=False)
            lock(seen.values_list("pk", flat=True))
            seen.update(seen_on=None)
            DeletedOutfits.objects.filter(owner_id=owner_id).delete()
