"""`manage.py classify_folder DIR`: what style is each photo of a folder?"""

import os
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from inference.bundle import Bundle, BundleError, load_bundle
from inference.engine import Engine, EngineError, load_engine
from worker.folder.classify import classify
from worker.folder.files import FolderUnreadable, Found, files_below, printable
from worker.folder.results import STANDARD_OUTPUT, Results, open_results
from worker.folder.sheet import write_sheet
from worker.folder.sorting import NotCopied, copy_sorted, may_hold_copies
from worker.folder.summary import Summary
from worker.folder.tables import TableError

STARTER = settings.BASE_DIR / "models" / "starter"
FAILED, USAGE, STOPPED = 1, 2, 130


class Command(BaseCommand):
    help = (
        "Say the style of every photo in a folder and below it. Needs no running service. Exits"
        " with 0 if all were classified, 1 if some failed (their rows say why), 2 if nothing was"
        " begun, 130 if it was stopped."
    )
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
        parser.add_argument("folder", metavar="DIR", type=_folder)
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="results.csv, .jsonl or .parquet; - is standard output (default: DIR-styles.csv)",
        )
        parser.add_argument(
            "--resume", action="store_true", help="go on with FILE: only files that it lacks"
        )
        parser.add_argument("--overwrite", action="store_true", help="replace FILE")
        parser.add_argument("--report", metavar="HTML", type=Path, help="a page of photos by style")
        parser.add_argument(
            "--copy-to", metavar="DIR2", type=Path, help="copies of the photos in a folder a style"
        )
        parser.add_argument("--wardrobe", default="", help="compare only a wardrobe's styles")
        parser.add_argument(
            "--bundle", type=Path, default=STARTER, help="the model's folder (models/starter)"
        )
        parser.add_argument("--engine", default=settings.FASI_ENGINE, help="openvino or tensorflow")
        parser.add_argument(
            "--threads", type=int, default=os.cpu_count() or 2, help="that decode photos"
        )
        parser.add_argument(
            "--enqueue", action="store_true", help="send the photos to the site's queue instead"
        )
        parser.add_argument("--user", help="with --enqueue: whose photos they will be")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["enqueue"]:
            self._enqueue(options)
            return
        _check_places(options)
        options["output"] = options["output"] or f"{_name_of(options['folder'])}-styles.csv"
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
        folder, copies, started = options["folder"], options["copy_to"], time.monotonic()
        ours = [*results.files, *(each for each in (options["report"], copies) if each)]
        summary = Summary()

        def files() -> Iterator[Found]:
            for file in files_below(folder, ours):
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
                _shown(files_below(folder)),
                folder,
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


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise ArgumentTypeError(f"there is no folder {text}")
    return folder


def _name_of(folder: Path) -> str:
    return printable(folder.resolve().name) or "folder"


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
    if copies and not may_hold_copies(copies, folder):
        raise CommandError(
            "The copies would become photos of the folder: choose a --copy-to that is not DIR"
            " itself and not above it.",
            returncode=USAGE,
        )


def _model(options: dict[str, Any]) -> tuple[Bundle, Engine]:
    try:
        bundle = load_bundle(options["bundle"])
        if not settings.FASI_GATE:
            bundle = bundle.without_gate()
        wardrobe = options["wardrobe"]
        if wardrobe and wardrobe not in bundle.taxonomy.wardrobes:
            known = ", ".join(sorted(bundle.taxonomy.wardrobes)) or "none"
            raise CommandError(
                f"The model has no wardrobe {wardrobe!r}; it has: {known}.", returncode=USAGE
            )
        return bundle, load_engine(options["engine"], bundle)
    except (BundleError, EngineError) as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _opened(options: dict[str, Any]) -> Results:
    try:
        return open_results(
            options["output"],
            resume=options["resume"],
            overwrite=options["overwrite"],
            kept=bool(options["report"]),
        )
    except TableError as error:
        raise CommandError(str(error), returncode=USAGE) from error


def _shown(files: Iterable[Found]) -> Iterable[Found]:
    return tqdm(files, unit="photos", file=sys.stderr, disable=None)
