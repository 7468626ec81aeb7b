"""`manage.py setup_site`: everything between empty services and a site that can serve."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.models import Release
from classifier.releases.refusals import ReleaseRefused, check_signature
from classifier.storage import objects
from classifier.storage.objects import StorageUnavailable
from inference.bundle import BundleError
from worker.releases import register_starter

DEMO = "demo"


class Command(BaseCommand):
    help = "Migrate, collect static files, create the bucket and register the starter release."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="also make the account demo / demo (embedded only)"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["demo"] and not settings.EMBEDDED:
            raise CommandError(
                "A demo account with a known password is only made on the embedded stack, "
                "which listens on 127.0.0.1 only. Leave --demo out."
            )
        for counted in settings.FASI_METRICS_DIR.glob("*.db"):  # of processes of an earlier start
            counted.unlink()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            objects.ensure_bucket()
            release = register_starter(settings.BASE_DIR / "models" / "starter")
        except ReleaseRefused as refused:  # the one that serves goes on
            self.stderr.write(f"The starter is not registered: {refused}")
            release = Release.objects.filter(status=Release.Status.ACTIVE).get()
        except (StorageUnavailable, BundleError) as error:
            raise CommandError(str(error)) from error
        _check_that_workers_take_what_is_active()
        if options["demo"]:
            make_demo_account()
        self.stdout.write(f"The site is set up; release {release.name} is {release.status}.")


def _check_that_workers_take_what_is_active() -> None:
    """Say now what each worker would only write to its log, while photos wait."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).get()
    try:
        check_signature(active)
    except ReleaseRefused as refused:
        raise CommandError(
            f"No worker would load the active release. {refused} FASI_UNSIGNED_RELEASES=true takes"
            " unsigned ones; `manage.py release promote` another to go on without it."
        ) from refused


def make_demo_account() -> None:
    """An ordinary account, demo / demo; one that exists keeps what its owner made of it.

    Its address counts as confirmed: no mail can be sent there.
    """
    users = get_user_model().objects
    if users.filter(username=DEMO).exists():
        return
    demo = users.create_user(DEMO, email=f"{DEMO}@localhost", password=DEMO)
    EmailAddress.objects.create(user=demo, email=demo.email, verified=True, primary=True)
