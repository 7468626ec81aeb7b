"""`manage.py classify_folder PHOTO|DIR`: what style is a photo, or each photo of a folder?"""

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from inference.bundle import Bundle, BundleError, load_bundle
from inference.engine import Engine, EngineError, load_engine
from worker.folder.arguments import HELP, add_arguments
from worker.folder.classify import classify
from worker.folder.files import FolderUnreadable, Found, files_at, folder_of, printable
from worker.folder.results import STANDARD_OUTPUT, Results, open_results
from worker.folder.sheet import write_sheet
from worker.folder.sorting import NotCopied, copy_sorted, may_hold_copies
from worker.folder.summary import Summary
from worker.folder.tables import TableError

STARTER = settings.BASE_DIR / "models" / "starter"
FAILED, USAGE, STOPPED = 1, 2, 130


class Command(BaseCommand):
    help = HELP
    requires_system_checks: list[str] = []
    # Options of Django's that mean nothing here would hide ours in --help.
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        if options["enqueue"]:
            self._enqueue(options)
            return
        _check_places(options)
        options["output"] = _output(options)
        bundle, engine = _model(options)
        try:
            results = _opened(options)
            summary = self._classify(options, bundle, engine, results)
        except KeyboardInterrupt:
            piped = options["output"] == STANDARD_OUTPUT
            again = "" if piped else ", the same command with --resume goes on"
            raise CommandError(f"Stopped{again}.", returncode=STOPPED) from None
        except BrokenPipeError:  # whoever read the standard output has enough
            sys.stdout = None  # or Python would flush it and complain
            raise SystemExit(0) from None
        except (TableError, FolderUnreadable, OSError) as error:
            raise CommandError(str(error)) from error
        if results.failed or summary.not_copied:
            raise SystemExit(FAILED)

    def _classify(
        self, options: dict[str, Any], bundle: Bundle, engine: Engine, results: Results
    ) -> Summary:
        place, copies, started = options["folder"], options["copy_to"], time.monotonic()
        folder = folder_of(place)
        ours = [*results.files, *(each for each in (options["report"], copies) if each)]
        summary = Summary()

        def files() -> Iterator[Found]:
            for file in files_at(place, ours):
                if file.name(folder) not in results.done:
                    yield file

        total = sum(1 for _ in files())
        rows = classify(
            files(),
            folder,
            bundle,
            engine,
            wardrobe=options["wardrobe"],
            threads=max(1, options["threads"]),
        )
        with tqdm(total=total, unit="photos", file=sys.stderr, disable=None) as bar:
            for portion in rows:
                for path, row in portion:
                    summary.add(row)
                    # Before the rows: what has a row has its copy, wherever it is stopped.
                    if copies and not row.error:
                        try:
                            copy_sorted(path, row, folder, copies)
                        except NotCopied as error:
                            summary.add_not_copied(row, str(error))
                results.add([row for _, row in portion])
                bar.update(len(portion))
        results.finish()
        seconds = time.monotonic() - started
        if options["report"]:
            model = f"{bundle.taxonomy.id}, {bundle.sha256[:8]}"
            write_sheet(results.rows(), folder, bundle.taxonomy, model, options["report"])
        results.forget()
        self.stderr.write("\n".join(summary.lines(seconds, len(results.done))))
        if results.path:
            self.stderr.write(f"The results are in {printable(results.path)}.")
        return summary

    def _enqueue(self, options: dict[str, Any]) -> None:
        from django.contrib.auth.models import User

        from classifier.batches.unpacking import begin_batch
        from classifier.uploads.refusals import Refused
        from worker.folder.queueing import enqueue

        try:
            owner = User.objects.get(username=options["user"] or "")
        except User.DoesNotExist as error:
            said = f"There is no user {options['user']!r}" if options["user"] else "Say whose"
            raise CommandError(f"{said}: --enqueue needs --user NAME.", returncode=USAGE) from error
        folder = options["folder"]
        try:
            batch = begin_batch(owner.pk, _name_of(folder)[:200])
        except Refused as error:
            raise CommandError(error.sentence) from error
        counts = {"queued": 0, "known": 0, "refused": 0}

        def on_progress(name: str, came: Any) -> None:
            if isinstance(came, str):
                self.stderr.write(f"{name}: {came}")
                counts["refused"] += 1
            else:
                counts["known" if came.seen_before else "queued"] += 1

        stopped = ""
        try:
            enqueue(
                _shown(files_at(folder)),
                folder_of(folder),
                batch,
                wardrobe=options["wardrobe"],
                on_progress=on_progress,
            )
        except Refused as refused:
            stopped = f" Stopped: {refused.sentence} The same command goes on where it ended."
        self.stdout.write(
            f"Batch {batch.pk}: {counts['queued']} queued, {counts['known']} known before,"
            f" {counts['refused']} refused.{stopped}"
        )
        if stopped or counts["refused"]:
            raise SystemExit(FAILED)


def _name_of(folder: Path) -> str:
    return printable(folder.resolve().name) or "folder"


def _output(options: dict[str, Any]) -> str:
    if options["json"] and options["output"] not in (None, STANDARD_OUTPUT):
        raise CommandError(
            "--json writes to the standard output: leave it out, or --output.", returncode=USAGE
        )
    if options["output"]:
        return str(options["output"])
    if options["json"] or options["folder"].is_file():
        return STANDARD_OUTPUT
    return f"{_name_of(options['folder'])}-styles.csv"


def _check_places(options: dict[str, Any]) -> None:
    """What is written at the end must be known to have a place before an hour's work."""
    report, copies, folder = options["report"], options["copy_to"], options["folder"]
    if report and not report.parent.is_dir():
        raise CommandError(
            f"There is no folder {printable(report.parent)} for the report.", returncode=USAGE
        )
    if report and report.is_dir():
        raise CommandError(
            f"{printable(report)} is a folder: name a file for the report.", returncode=USAGE
        )
    if copies and not may_hold_copies(copies, folder_of(folder)):
        raise CommandError(
            "The copies would become photos of the folder: choose a --copy-to that is not DIR"
            " itself and not above it.",
            returncode=USAGE,
        )


def _model(options: dict[str, Any]) -> tuple[Bundle, Engine]:
    try:
        bundle = load_bundle(options["bundle"] or STARTER)
        if not settings.FASI_GATE:
            bundle = bundle.without_gate()
        wardrobe = options["wardrobe"]
        if wardrobe and wardrobe not in bundle.taxonomy.wardrobes:
            known = ", ".join(sorted(bundle.taxonomy.wardrobes)) or "none"
            raise CommandError(
                f"The model has no wardrobe {wardrobe!r}; it has: {known}.", returncode=USAGE
            )
        return bundle, load_engine(options["engine"] or settings.FASI_ENGINE, bundle)
    except (BundleError, EngineError) as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _opened(options: dict[str, Any]) -> Results:
    try:
        return open_results(
            options["output"],
            resume=options["resume"],
            overwrite=options["overwrite"],
            kept=bool(options["report"]),
            json=options["json"],
        )
    except TableError as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _shown(files: Iterable[Found]) -> Iterable[Found]:
    return tqdm(files, unit="photos", file=sys.stderr, disable=None)
