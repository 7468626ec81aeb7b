"""`manage.py requeue`: failed photos go back to the queue."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from classifier.lifecycle.dead_letters import dead_letters, kinds
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.requeue import requeue, requeue_all


class Command(BaseCommand):
    help = (
        "Queue failed photos again. Without a choice it lists how many there are, by reason. "
        "Exits with 1, and changes nothing, when one of the outfits named is no failed photo."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--outfit", nargs="+", action="extend", type=uuid.UUID, metavar="ID", help="these"
        )
        choice.add_argument(
            "--reason",
            choices=sorted(each.value for each in Failure),
            metavar="CODE",
            help="all of this kind",
        )
        choice.add_argument("--all", action="store_true", help="all of every kind")
        parser.add_argument("--dry-run", action="store_true", help="only say how many it would be")

    def handle(self, *_: Any, **options: Any) -> None:
        outfits: list[uuid.UUID] = options["outfit"] or []
        reason: str = options["reason"] or ""
        if not (outfits or reason or options["all"]):
            self._list()
        elif outfits:
            self._named(set(outfits), options["dry_run"])
        elif options["dry_run"]:
            self._would(dead_letters(reason).count())
        else:
            self._queued(requeue_all(reason))

    def _list(self) -> None:
        for kind in kinds():
            self.stdout.write(f"{kind.count:8} {kind.reason:24} {kind.message.retry_hint}")
        self.stdout.write("Choose with --reason, --outfit or --all.")

    def _named(self, outfits: set[uuid.UUID], dry_run: bool) -> None:
        known = set(dead_letters().filter(pk__in=outfits).values_list("pk", flat=True))
        if unknown := sorted(str(each) for each in outfits - known):
            raise CommandError(
                f"No failed photo: {', '.join(unknown)}. Nothing was changed: leave it out, or "
                "look at its page; it may be queued, done or deleted."
            )
        if dry_run:
            self._would(len(outfits))
        else:
            self._queued(len(requeue(outfits)))

    def _would(self, count: int) -> None:
        text = ngettext(
            "%d failed photo would be queued again.",
            "%d failed photos would be queued again.",
            count,
        )
        self.stdout.write(text % count)

    def _queued(self, count: int) -> None:
        text = ngettext(
            "%d failed photo is queued again.", "%d failed photos are queued again.", count
        )
        self.stdout.write(text % count)
