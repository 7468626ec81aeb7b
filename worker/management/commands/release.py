"""`manage.py release`: add a bundle, let it serve, take it back; make keys and sign."""

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from classifier.models import Release
from classifier.releases import lifecycle
from classifier.releases.backfills import BackfillRefused
from classifier.releases.queries import releases
from classifier.releases.refusals import ReleaseRefused
from classifier.storage.objects import StorageUnavailable
from inference.bundle import BundleError, load_bundle
from inference.engine import EngineError
from inference.probe import ProbeFailed
from inference.signatures import KeyRefused, key_id, make_keys, sign
from worker.management import release_jobs
from worker.releases import register

PASSWORD = "FASI_RELEASE_KEY_PASSWORD"  # noqa: S105  (the name of a variable)
REFUSALS = (
    BackfillRefused,
    BundleError,
    EngineError,
    KeyRefused,
    ProbeFailed,
    ReleaseRefused,
    StorageUnavailable,
)


class Command(BaseCommand):
    help = (
        "Releases: add a bundle as a candidate, promote it, roll it back. A bundle that is forged,"
        " unsigned, too old, of other styles or that does not pass its probe is refused with the"
        " reason; what serves goes on serving."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        add = commands.add_parser("add", help="verify a bundle and make it a candidate")
        add.add_argument("folder", type=Path, help="the bundle's folder")
        add.add_argument("--name", help="of the release; the folder's name by default")
        add.add_argument("--promote", action="store_true", help="and let it serve at once")
        add.add_argument(
            "--allow-older",
            action="store_true",
            help="take a bundle that is older than another of its taxonomy, or has no probe",
        )
        add.add_argument(
            "--without-gate",
            action="store_true",
            help="take a bundle without a gate though the active release has one",
        )
        shadow = commands.add_parser("shadow", help="let it predict beside the active one, unseen")
        shadow.add_argument("name")
        shadow.add_argument("--share", type=float, default=0.1, help="of the new photos; 0.1")
        release_jobs.add_arguments(commands)
        for name, what in (
            ("promote", "let workers load it; the one before retires"),
            ("retire", "put a candidate, or what is in shadow, away"),
        ):
            commands.add_parser(name, help=what).add_argument("name")
        back = commands.add_parser("rollback", help="make the release active that was so before")
        back.add_argument("--from", dest="expected", default="", metavar="NAME")
        commands.add_parser("list", help="every release, the newest first")
        keys = commands.add_parser("keys", help="make a pair of keys to sign with")
        keys.add_argument("secret", type=Path, help="where the secret key goes")
        signing = commands.add_parser("sign", help="sign a bundle")
        signing.add_argument("folder", type=Path)
        signing.add_argument("--key", type=Path, required=True, help="the secret key")
        for each in (keys, signing):
            each.add_argument(
                "--no-password",
                action="store_true",
                help=f"else it is asked for, or read from {PASSWORD}",
            )

    def handle(self, *_: Any, command: str, **options: Any) -> None:
        does: dict[str, Callable[[dict[str, Any]], None]] = {
            "add": self._add,
            "promote": self._changing(lifecycle.promote),
            "shadow": lambda options: self.stdout.write(release_jobs.shadow(options)),
            "backfill": lambda options: self.stdout.write(release_jobs.backfill(options)),
            "compare": lambda options: self.stdout.write(release_jobs.compare(options)),
            "retire": self._changing(lifecycle.retire),
            "rollback": self._roll_back,
            "list": self._list,
            "keys": self._keys,
            "sign": self._sign,
        }
        try:
            does[command](options)
        except REFUSALS as error:
            raise CommandError(str(error)) from error

    def _add(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        name = options["name"] or folder.resolve().name
        release = register(
            folder,
            name,
            allow_older=options["allow_older"],
            without_gate=options["without_gate"],
        )
        if options["promote"] and release.status != Release.Status.ACTIVE:
            lifecycle.promote(release)
        self._say(release)

    def _changing(self, change: Callable[[Release], None]) -> Callable[[dict[str, Any]], None]:
        def does(options: dict[str, Any]) -> None:
            release = release_jobs.release_called(options["name"])
            change(release)
            self._say(release)

        return does

    def _roll_back(self, options: dict[str, Any]) -> None:
        self._say(lifecycle.roll_back(options["expected"]))

    def _say(self, release: Release) -> None:
        self.stdout.write(f"{release.name}: {release.status}")

    def _list(self, options: dict[str, Any]) -> None:
        for row in releases():
            release = row.release
            made = f"{release.made:%Y-%m-%d %H:%M}" if release.made else "-"
            self.stdout.write(
                f"{release.name:30} {release.status:10} made {made:16} signed by"
                f" {release.signed_by or '-':16} {row.share:7.1%} of the last predictions,"
                f" {row.workers} workers"
            )

    def _keys(self, options: dict[str, Any]) -> None:
        secret: Path = options["secret"]
        public = make_keys(secret, _password(options, new=True))
        self.stdout.write(
            f"The secret key {key_id(public)} is in {secret}: keep it where bundles are made, not"
            f" where they serve. For the site and its workers:\nFASI_RELEASE_KEYS={public}"
        )

    def _sign(self, options: dict[str, Any]) -> None:
        bundle = load_bundle(options["folder"])
        signer = sign(bundle, options["key"], _password(options, new=False))
        self.stdout.write(f"{options['folder']} is signed by {signer}.")


def _password(options: dict[str, Any], *, new: bool) -> str:
    if options["no_password"]:
        return ""
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    password = getpass.getpass("Password of the key: ")
    if new and password != getpass.getpass("Once more: "):
        raise CommandError("The passwords differ. No key was made.")
    return password
