"""`manage.py retrain`: from what people corrected to a candidate release, on this machine."""

import signal
import time
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as AnyDatabaseError
from django.db import connection

from classifier.models import Retraining
from classifier.retraining import queue
from classifier.retraining.enough import TooFew
from worker.loaded_model import worker_name
from worker.retraining.arguments import HELP, add_arguments
from worker.retraining.run import is_away, retrain
from worker.retraining.trainer import PackagesMissing, check_installed
from worker.retraining.workspace import clean

log = structlog.get_logger(__name__)

PAUSE_S = 2.0
STOPPED = 130


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        if options["queue"]:
            self._request()
            return
        if options["clean"]:
            self.stdout.write(f"Folders deleted: {clean()}.")
            return
        try:
            check_installed()
        except PackagesMissing as error:
            raise CommandError(str(error)) from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: hand the job back
        try:
            clean()
            if options["wait"]:
                self._for_ever()
            else:
                self._once()
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped; the same command goes on from here.", returncode=STOPPED
            ) from None

    def _for_ever(self) -> None:
        while True:
            _take()
            time.sleep(PAUSE_S)

    def _once(self) -> None:
        """The one that waits, or a new one, until it is done or failed."""
        queue.return_expired()
        mine = queue.pending() or self._request()
        if mine.status == Retraining.Status.RUNNING:
            raise CommandError(
                f"A retraining is under way: {mine.claimed_by}, {mine.get_phase_display()}. If that"
                f" process is dead, the same command goes on from {mine.lease_until:%H:%M:%S} UTC."
            )
        while mine.pending:
            if not _take(mine):
                time.sleep(PAUSE_S)
            if mine.status == Retraining.Status.QUEUED and mine.error_text:
                self.stderr.write(f"{mine.error_text} Going on at {mine.not_before:%H:%M:%S} UTC.")
        if mine.status == Retraining.Status.FAILED:
            raise CommandError(mine.error_text)
        self.stdout.write(f"Done: the candidate is {mine.release}.")

    def _request(self) -> Retraining:
        try:
            retraining = queue.request_retraining()
        except (queue.AlreadyPending, queue.NoActiveRelease, TooFew) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("A retraining is queued.")
        return retraining


def _take(mine: Retraining | None = None) -> bool:
    """Work at the one that waits, and look at what became of `mine`. False: nothing to be had.

    A database that is away is waited for: the lease runs out meanwhile, and whoever claims the job
    then goes on with it.
    """
    lease = None
    try:
        clean()  # what another machine has ended meanwhile
        queue.return_expired()
        if lease := queue.claim(worker_name()):
            retrain(lease)
        if mine:
            mine.refresh_from_db()
    except AnyDatabaseError as error:
        if not is_away(error):
            raise
        log.warning("retraining_database_away", error=str(error))
        connection.close()
    return lease is not None
