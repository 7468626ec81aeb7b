"""`manage.py export_events DIR`: what happened with outfits, as a data set for research."""

import os
import secrets
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.audit import Action, record
from classifier.personal_data.events.folder import FolderRefused, check_folder

KEY_BYTES = 32


class Command(BaseCommand):
    help = (
        "Write the events (uploaded, predicted, seen, corrected, deleted) of everybody who consents"
        " to research as Parquet, under pseudonyms that no other export has. No photo, no name, no"
        " time of day. docs/research-data.md describes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new or an empty folder")
        parser.add_argument(
            "--key",
            type=Path,
            metavar="FILE",
            help="keep the key of this export in a new file; without it nobody can find a person"
            " in the data set again",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        folder: Path = options["folder"].absolute()
        try:
            from classifier.personal_data.events.export import write_events
        except ImportError as error:
            raise CommandError(
                "This needs pyarrow: pip install --require-hashes -r requirements/parquet.txt"
            ) from error
        signal.signal(signal.SIGTERM, _stop)
        key = secrets.token_bytes(KEY_BYTES)
        kept: Path | None = options["key"]
        try:
            check_folder(folder)
            if kept:
                _keep(key, kept)
            written = write_events(folder, key)
        except BaseException as error:
            if kept and not isinstance(error, FolderRefused):
                kept.unlink(missing_ok=True)  # the key of nothing
            if isinstance(error, (FolderRefused, OSError)):
                raise CommandError(str(error)) from error
            raise
        events, people = written.events.total(), len(written.people)
        record(Action.EVENTS_EXPORTED, events=events, people=people, key_kept=kept is not None)
        self.stdout.write(f"{folder} has {events} events of {people} people.")


def _keep(key: bytes, file: Path) -> None:
    """Readable by its owner only; an older key is never written over. Raises FolderRefused."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise FolderRefused(f"{file} exists: each export has a key of its own.") from error
    with os.fdopen(handle, "w") as kept:
        kept.write(f"{key.hex()}\n")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End as an interrupted command does, so that nothing half-written stays."""
    raise KeyboardInterrupt
