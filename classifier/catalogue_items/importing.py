"""Many items in one go, from the disk of whoever runs the command."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from django.conf import settings
from django.core.files.base import File

from classifier.catalogue_items.adding import add_item
from classifier.catalogue_items.fields import FieldRefused, Fields
from classifier.catalogue_items.manifest import Entry
from classifier.uploads.refusals import Refusal, Refused


class Became(StrEnum):
    """What became of an entry."""

    ADDED = "added"
    KNOWN = "there already"
    LEFT_OUT = "left out"


def import_entries(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Became, str]]:
    """Add them one by one; each with what became of it, and why it was left out.

    Raises Refused where no other entry would fare better: the photo store is away.
    """
    for entry in entries:
        yield entry, *_imported(entry)


def _imported(entry: Entry) -> tuple[Became, str]:
    if entry.wrong:
        return Became.LEFT_OUT, entry.wrong
    try:
        fields = Fields.read(entry.title, entry.link, entry.style)
        # Before it is read: it may be of any size.
        if entry.path.stat().st_size > settings.FASI_MAX_UPLOAD_BYTES:
            raise Refused(Refusal.TOO_LARGE)
        with entry.path.open("rb") as file:
            added = add_item(File(file, name=entry.path.name), fields)
    except FieldRefused as refused:
        return Became.LEFT_OUT, f"{refused.field}: {refused}"
    except Refused as refused:
        if refused.reason == Refusal.STORAGE_UNAVAILABLE:
            raise
        return Became.LEFT_OUT, f"{refused.reason}: {refused.sentence}"
    except OSError as error:
        return Became.LEFT_OUT, f"unreadable: {error.strerror}"
    return (Became.KNOWN if added.seen_before else Became.ADDED), ""
