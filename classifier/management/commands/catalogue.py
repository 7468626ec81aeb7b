"""`manage.py catalogue`: what people are recommended, imported, looked at and removed."""

import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.audit import Action, record
from classifier.catalogue_items.adding import remove_items
from classifier.catalogue_items.importing import Became, import_entries
from classifier.catalogue_items.indexing import index_catalogue, standing
from classifier.catalogue_items.manifest import ManifestRefused, entries_of
from classifier.models import CatalogueItem
from classifier.storage.objects import StorageUnavailable
from classifier.uploads.refusals import Refused

STATUS_S = 10
"""So long `status` brings in what was classified since the last maintenance."""


class Command(BaseCommand):
    help = "Import, show and remove what people are recommended: docs/personalization.md."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        add = commands.add_parser(
            "import", help="add photos; workers classify them when no person's photo waits"
        )
        add.add_argument(
            "source",
            type=Path,
            metavar="DIR|manifest.csv",
            help="a folder of photos, or a CSV file with path and perhaps title, link and style",
        )
        listed = commands.add_parser("list", help="ids, titles and links, the newest first")
        listed.add_argument("--most", type=int, default=50, metavar="N")
        commands.add_parser("status", help="how many items are searched, wait or show no outfit")
        remove = commands.add_parser("remove", help="delete items with their photos")
        remove.add_argument("ids", nargs="+", metavar="ID")

    def handle(self, *_: Any, **options: Any) -> None:
        getattr(self, f"_{options['command']}")(options)

    def _import(self, options: dict[str, Any]) -> None:
        counts: Counter[Became] = Counter()
        try:
            for entry, became, why in import_entries(entries_of(options["source"])):
                counts[became] += 1
                if became == Became.LEFT_OUT:
                    self.stderr.write(f"{entry.name}: {why}")
        except ManifestRefused as error:
            raise CommandError(str(error)) from error
        except Refused as error:
            raise CommandError(f"{error.sentence} Run it again to add the rest.") from error
        finally:
            if counts[Became.ADDED]:
                record(Action.CATALOGUE_ADDED, items=counts[Became.ADDED])
        told = ", ".join(f"{counts[each]} {each}" for each in Became)
        if not counts[Became.ADDED] + counts[Became.KNOWN]:
            raise CommandError(f"No photo came into the catalogue: {told}.")
        self.stdout.write(f"{told}. Workers classify what was added; see: catalogue status.")

    def _list(self, options: dict[str, Any]) -> None:
        items = CatalogueItem.objects.order_by("-created", "-id")[: max(0, options["most"])]
        for item in items:
            self.stdout.write("\t".join((str(item.pk), item.title, item.link, item.style)))

    def _status(self, options: dict[str, Any]) -> None:
        index_catalogue(STATUS_S)
        found = standing()
        self.stdout.write(
            f"{found.items} items: {found.searched} are searched, {found.waiting} wait for a"
            f" worker, {found.without_outfit} show no outfit, {found.failed} failed."
        )

    def _remove(self, options: dict[str, Any]) -> None:
        try:
            ids = {uuid.UUID(each) for each in options["ids"]}
            removed = remove_items(ids)
        except (ValueError, ValidationError) as error:
            raise CommandError("That is no id of an item; see: catalogue list.") from error
        except StorageUnavailable as error:
            raise CommandError(str(error)) from error
        if removed:
            record(Action.CATALOGUE_REMOVED, items=removed)
        self.stdout.write(f"{removed} removed.")
