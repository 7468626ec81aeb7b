"""Whether somebody's photos may train the model: off until they say so; every change is kept."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from classifier.models import Consent


def may_train(owner_id: int) -> bool:
    """What the person said last; False if they never said anything."""
    return (
        Consent.objects.filter(owner_id=owner_id)
        .order_by("-changed", "-pk")
        .values_list("given", flat=True)
        .first()
        or False
    )


def record_consent(owner_id: int, given: bool) -> None:
    """Write down what the person says now, if it is something else than before."""
    with transaction.atomic():
        # Two clicks at once are one change.
        User.objects.select_for_update().get(pk=owner_id)
        if may_train(owner_id) != given:
            Consent.objects.create(owner_id=owner_id, given=given)


def consenting_owners() -> QuerySet[User]:
    """Everybody whose consent holds now."""
    newest = Consent.objects.filter(owner=OuterRef("pk")).order_by("-changed", "-pk")
    said = Subquery(newest.values("given")[:1])
    return User.objects.filter(Exists(newest), is_active=True).annotate(said=said).filter(said=True)
