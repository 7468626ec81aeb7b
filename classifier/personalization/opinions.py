"""What a person says of a suggestion. It counts from the next list on."""

from uuid import UUID

from django.db import IntegrityError

from classifier.models import CatalogueItem, Opinion
from classifier.personalization.counts import active_release, count
from classifier.personalization.switch import adapts_to
from classifier.personalization.variants import variant_of

ENOUGH = 3
"""Likes, or outfits, from which a list is made by a person's taste."""


def say(owner_id: int, item_id: UUID, said: Opinion.Said | None) -> bool:
    """The person likes the item, hides it, or takes back what they said.

    False: there is no such item any more. Whoever wants no suggestions of their own is counted in
    no trial.
    """
    if said is None:
        Opinion.objects.filter(owner=owner_id, item=item_id).delete()
        return CatalogueItem.objects.filter(pk=item_id).exists()
    before = Opinion.objects.filter(owner=owner_id, item=item_id)
    new = before.values_list("said", flat=True).first() != said
    variant = variant_of(owner_id).name if adapts_to(owner_id) else ""
    try:
        Opinion.objects.update_or_create(
            owner_id=owner_id, item_id=item_id, defaults={"said": said, "variant": variant}
        )
    except IntegrityError:  # it was removed while the list was open
        return False
    if new:
        count(said, variant, active_release())
    return True


def hidden_by(owner_id: int) -> list[UUID]:
    """The items that are not to be shown to this person again."""
    hidden = Opinion.objects.filter(owner=owner_id, said=Opinion.Said.HIDDEN)
    return list(hidden.values_list("item_id", flat=True))


def likes_of(owner_id: int) -> int:
    """How many items this person likes."""
    return Opinion.objects.filter(owner=owner_id, said=Opinion.Said.LIKED).count()
