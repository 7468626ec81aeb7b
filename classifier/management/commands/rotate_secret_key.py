"""`manage.py rotate_secret_key`: a new secret key, without signing anybody out."""

import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from classifier.accounts.factors import encrypt_again

LENGTH = 48


class Command(BaseCommand):
    help = (
        "Make a new secret key; the present one goes on to verify and to decrypt. "
        "After the restart, --finish encrypts everything anew, so that the old one can go."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--finish",
            action="store_true",
            help="encrypt the second factors with the present key; then drop the fallbacks",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        if options["finish"]:
            count = encrypt_again()
            self.stdout.write(
                f"{count} secrets are encrypted with the present key. When the sessions of the "
                "former key have ended (two weeks), remove FASI_SECRET_KEY_FALLBACKS."
            )
            return
        key = secrets.token_hex(LENGTH)
        fallbacks = ",".join([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
        if settings.EMBEDDED:
            self._write(key, fallbacks)
            return
        self.stdout.write(
            "Set these for all processes, restart them, then run this with --finish:\n"
            f"FASI_SECRET_KEY={key}\nFASI_SECRET_KEY_FALLBACKS={fallbacks}"
        )

    def _write(self, key: str, fallbacks: str) -> None:
        """`make up` reads its keys from this file, at each start."""
        file: Path = settings.DATA_DIR / "keys.json"
        keys = json.loads(file.read_text())
        new = file.with_name("keys.json.new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(keys | {"secret_key": key, "secret_key_fallbacks": fallbacks}))
        new.replace(file)
        self.stdout.write("Start `make up` again, then run this with --finish.")
