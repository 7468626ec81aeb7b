"""`manage.py export_training DIR`: the reviewed history as photos to train on."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.personal_data.training_photos import FolderInUse, write_training_photos
from classifier.storage.objects import StorageUnavailable


class Command(BaseCommand):
    help = (
        "Write the reviewed outfits of everybody who consents now as a folder that"
        " `python -m training prepare --photos DIR` reads. Run it again before each training: what"
        " was deleted, or is of somebody who took the consent back, goes from the folder."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *_: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            written = write_training_photos(folder)
        except (FolderInUse, StorageUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{folder} has {written.photos} photos; {written.removed} were taken away,"
            f" {written.missing} are gone from the bucket. {written.held_out} are of people whose"
            " photos only test a model."
        )
