"""`manage.py replay`: does adapting to people help those of this site?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.models import Release

FEWEST_PERSONS = 10
"""Fewer would tell of somebody, not of people."""


class Command(BaseCommand):
    help = (
        "Walk through the histories of everybody who consents to research, and print accuracy, log"
        " loss and calibration with and without each part of the personal adaptation, with 95 %"
        " intervals over persons. Only sums over everybody are printed. docs/personalization.md"
        " tells how to read them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", metavar="NAME", help="another than the active one")

    def handle(self, *_: Any, **options: Any) -> None:
        # NumPy takes memory that no other command needs.
        from classifier.personalization.replaying import replayed
        from classifier.personalization.report import by_told, of_parts, of_some

        named = options["release"]
        which = {"name": named} if named else {"status": Release.Status.ACTIVE}
        release = Release.objects.filter(**which).first()
        if release is None:
            none = f"There is no release {named}." if named else "No release is active."
            raise CommandError(none)
        people = list(replayed(release))
        if len(people) < FEWEST_PERSONS:
            raise CommandError(
                f"{len(people)} people consent to research and named the styles of enough outfits;"
                f" {FEWEST_PERSONS} are needed."
            )
        histories = [each.history for each in people]
        own = [each.own for each in histories]
        answers = {name: [each.answers[name] for each in people] for name in people[0].answers}
        alone, *_parts, both = answers.values()
        self.stdout.write(f"{len(people)} people, as {release} sees their outfits\n")
        self.stdout.write(of_parts(answers, own) + "\n")
        self.stdout.write(of_some("told of before", by_told(histories), both, alone, own))
