"""Rows of a catalogue that tests make up, searched as if a worker had classified their photos."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from classifier.catalogue_items.account import catalogue_owner
from classifier.catalogue_items.indexing import index_catalogue
from classifier.models import CatalogueItem, Release
from tests.support.factories import add_outfit


def add_items(
    release: Release, style: str, count: int = 1, *, look: Sequence[float] = (1.0,), title: str = ""
) -> list[CatalogueItem]:
    """So many items of a style and a look, which are found from now on."""
    account = User.objects.get(pk=catalogue_owner())
    made = []
    for number in range(count):
        outfit = add_outfit(account, release, style, look=(*look, 0.01 * number)).outfit
        name = title or f"{style} {number}"
        made.append(CatalogueItem.objects.create(outfit=outfit, title=name))
    index_catalogue(10)
    return made
