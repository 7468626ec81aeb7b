"""`manage.py create_token USER`: a token for the REST API, printed once."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from classifier.integrations.arguments import HELP, add_arguments
from classifier.integrations.tokens import TokenRefused, issue_token
from classifier.models import Scope


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            owner = User.objects.get(username=options["username"])
        except User.DoesNotExist as error:
            raise CommandError(f"There is no user {options['username']!r}.") from error
        scopes = options["scope"] or [Scope.READ, Scope.WRITE]
        expires = _moment(options["expires"]) if options["expires"] else None
        try:
            issued = issue_token(owner, options["name"], scopes, expires)
        except TokenRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(issued.text)


def _moment(text: str) -> datetime:
    """The time that `--expires` names. Raises CommandError."""
    try:
        if text.isascii() and text.isdigit():
            return timezone.now() + timedelta(days=int(text))
        moment = parse_datetime(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise CommandError(
            f"--expires {text!r} is neither a number of days (90) nor a time "
            "(2027-01-31T12:00+00:00)."
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
