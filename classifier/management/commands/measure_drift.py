"""`manage.py measure_drift`: count the weeks of traffic now, not when the schedule does."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.storage.objects import StorageUnavailable


class Command(BaseCommand):
    help = (
        "Count the weeks of traffic of which something changed, as the schedule does. The pages"
        " and gauges of drift show them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="every week there is, anew")

    def handle(self, *_: Any, **options: Any) -> None:
        # numpy is for commands and workers that compare embeddings, not for all of them.
        from classifier.drift.measuring import measure

        try:
            weeks = measure(everything=options["all"])
        except StorageUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{weeks} weeks were counted.")
