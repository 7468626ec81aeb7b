"""`manage.py register_release FOLDER`: make a bundle known, and with --activate serve it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.storage.objects import StorageUnavailable
from inference.bundle import BundleError
from worker.releases import activate, register


class Command(BaseCommand):
    help = "Register a bundle as a release; with --activate, workers load it from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the bundle's folder")
        parser.add_argument("--name", help="of the release; the folder's name by default")
        parser.add_argument("--activate", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            release = register(folder, options["name"] or folder.resolve().name)
        except (BundleError, StorageUnavailable) as error:
            raise CommandError(str(error)) from error
        if options["activate"]:
            activate(release)
            release.refresh_from_db()
        self.stdout.write(f"{release.name}: {release.status}")
