"""Whether answers and suggestions are made for this person: they are, until the person says no."""

from django.conf import settings
from django.db import transaction

from classifier.models import PersonalAnswer, Preferences, Suggested


def adapts_to(owner_id: int) -> bool:
    """Whether answers and suggestions go by this person's history."""
    kept = Preferences.objects.filter(owner_id=owner_id).values_list("adapts", flat=True).first()
    return kept is not False


def choose_adapting(owner_id: int, adapts: bool) -> None:
    """Switch it on or off. Off: what was worked out so far is forgotten too."""
    with transaction.atomic():
        Preferences.objects.update_or_create(
            owner_id=owner_id,
            defaults={"adapts": adapts},
            create_defaults={"adapts": adapts, "time_zone": settings.TIME_ZONE},
        )
        if not adapts:
            PersonalAnswer.objects.filter(prediction__outfit__owner=owner_id).delete()
            Suggested.objects.filter(owner=owner_id).delete()
