"""Whether staff may review somebody's photos and train the model with them: off until they say so.

Every change is kept. What holds, `Consent.objects` knows.
"""

from django.contrib.auth.models import User
from django.db import transaction

from classifier.models import Consent
from classifier.reviews.filling import withdraw


def record_consent(owner_id: int, given: bool) -> None:
    """Write down what the person says now, if it is something else than before."""
    with transaction.atomic():
        # Two clicks at once are one change.
        User.objects.select_for_update().get(pk=owner_id)
        if Consent.objects.holds(owner_id) != given:
            Consent.objects.create(owner_id=owner_id, given=given)
            if not given:
                withdraw(owner_id)
