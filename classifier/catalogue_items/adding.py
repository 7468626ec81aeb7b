"""Adding an item, and removing one."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC

import structlog
from django.core.files.base import File
from django.db import transaction

from classifier.catalogue_items.account import catalogue_owner
from classifier.catalogue_items.fields import Fields
from classifier.lifecycle.removal import remove_outfits
from classifier.models import CatalogueItem, CatalogueVector, Outfit
from classifier.uploads.accept import accept_into
from classifier.uploads.quota import Room

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Added:
    """The item, and whether the catalogue had its photo before."""

    item: CatalogueItem
    seen_before: bool


class _NoLimit(Room):
    """The catalogue is as large as its operator makes it: no quota counts it."""

    def hold(self, size: int) -> None:
        pass

    def release(self) -> None:
        pass


def add_item(upload: File[bytes], fields: Fields) -> Added:
    """Accept a photo into the catalogue, to be classified behind the photos of people.

    A photo that is there already is one item: it has the new title, link and style from now on.
    Raises Refused, and then leaves nothing behind.
    """
    owner_id = catalogue_owner()
    accepted = accept_into(
        _NoLimit(owner_id, uuid.uuid4(), upload.size),
        upload,
        priority=Outfit.Priority.BATCH,
        source=Outfit.Source.CATALOGUE,
        zone=UTC,
    )
    with transaction.atomic():
        known = CatalogueItem.objects.filter(outfit=accepted.outfit)
        called = known.values_list("style", flat=True).first()
        item, made = CatalogueItem.objects.update_or_create(
            outfit=accepted.outfit,
            defaults={"title": fields.title, "link": fields.link, "style": fields.style},
        )
        if not made and called != fields.style:
            CatalogueVector.objects.filter(item=item).delete()  # indexing makes it anew
    log.info("catalogue_item_added", item=str(item.pk), made=made)
    return Added(item, seen_before=not made)


def remove_items(ids: Collection[uuid.UUID]) -> int:
    """Delete these items with their photos. Returns how many there were.

    Raises StorageUnavailable, and then all of them are still there.
    """
    outfits = CatalogueItem.objects.filter(pk__in=ids).values_list("outfit_id", flat=True)
    return remove_outfits(list(outfits))
