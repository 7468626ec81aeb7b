"""What a retraining does, phase by phase; each is skipped where its result is there already."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from django.conf import settings

from classifier.leases import Lease
from classifier.models import Release, Retraining
from classifier.personal_data.training_photos import (
    MANIFEST,
    OTHERS,
    SOURCE,
    remove_withdrawn,
    write_training_photos,
)
from classifier.retraining import queue
from classifier.retraining.enough import check_enough
from inference.bundle import load_bundle, sums_digest
from inference.signatures import KeyRefused, sign
from worker.releases import fetch_bundle, register
from worker.retraining.report import report_of
from worker.retraining.trainer import Trainer
from worker.retraining.workspace import Workspace

log = structlog.get_logger(__name__)

Phase = Retraining.Phase
ORDER = list(Phase)
EVERY = 50
"""Photos after which the lease is renewed."""


class NoGate(Exception):
    """The active release knows what is no outfit, and there are no photos to learn that from."""


@dataclass
class Retrain:
    """One attempt, in a folder that may hold what earlier ones left."""

    lease: Lease[Retraining]
    space: Workspace
    active: Release
    reached: Phase = field(init=False)

    def __post_init__(self) -> None:
        self.reached = Phase(self.lease.row.phase)
        self.train = Trainer(self.lease, self.space).run

    def go(self) -> Release:
        """All phases. Returns the candidate."""
        check_can_sign()
        self._fetch()
        self._forget_withdrawn()
        self._do(Phase.PREPARE, self.space.dataset / "dataset.csv", self._prepare)
        if self._forget_withdrawn():  # while the photos were checked
            self._do(Phase.PREPARE, self.space.dataset / "dataset.csv", self._prepare)
        self._do(Phase.FIT, self.space.run / "predictions.npz", self._fit)
        self._do(Phase.EVALUATE, self.space.run / "evaluation.json", self._evaluate)
        self._do(Phase.BUNDLE, self.space.bundle / "SHA256SUMS", self._bundle)
        self._do(Phase.COMPARE, self.space.comparison, self._compare)
        return self._register()

    def _do(self, phase: Phase, result: Path, work: Callable[[], None]) -> None:
        """The phase, unless its last file is there."""
        if result.is_file():
            return
        self._begin(phase)
        self.space.check_room()
        work()

    def _begin(self, phase: Phase) -> None:
        further = ORDER.index(phase) > ORDER.index(self.reached)
        queue.begin(self.lease, phase, further=further)
        if further:
            self.reached = phase

    def _fetch(self) -> None:
        if (self.space.history / OTHERS / MANIFEST).is_file() and self.space.taxonomy.is_file():
            return
        self._begin(Phase.EXPORT)
        self.space.check_room()
        check_enough(self.active)

        def on_progress(count: int) -> None:
            if count % EVERY == 0:
                self.lease.renew(progress=f"{count} photos")

        written = write_training_photos(self.space.history, on_progress)
        log.info("retraining_photos_fetched", photos=written.photos, held_out=written.held_out)
        self.space.taxonomy.write_text(json.dumps(self.active.taxonomy, ensure_ascii=False))

    def _forget_withdrawn(self) -> bool:
        """Photos whose owner took the consent back must not be learnt from."""
        removed = remove_withdrawn(self.space.history)
        if removed:
            log.info("retraining_photos_withdrawn", photos=removed)
            self.space.forget_training()
        return bool(removed)

    def _prepare(self) -> None:
        others = [*settings.FASI_TRAINING_OTHERS]
        if _rows(self.space.history / OTHERS / MANIFEST):
            others.append(str(self.space.history / OTHERS))
        if not others and fetch_bundle(self.active).calibration.gate is not None:
            raise NoGate(
                "The active release knows photos without an outfit, and a new one would not: name"
                " a folder of such photos in FASI_TRAINING_OTHERS."
            )
        photos = [*settings.FASI_TRAINING_PHOTOS, str(self.space.history)]
        self.train(
            "prepare",
            *(f"--photos={each}" for each in photos),
            *(f"--others={each}" for each in others),
            f"--taxonomy={self.space.taxonomy}",
            f"--output={self.space.dataset}",
        )

    def _fit(self) -> None:
        self.train(
            "fit",
            self.space.run,
            f"--dataset={self.space.dataset}",
            f"--recipe={settings.FASI_RETRAIN_RECIPE}",
            *(f"--set={change}" for change in settings.FASI_RETRAIN_CHANGES),
        )

    def _evaluate(self) -> None:
        self.train("evaluate", self.space.run, "--without-network")

    def _bundle(self) -> None:
        self.train("export", self.space.run, f"--output={self.space.bundle}")

    def _compare(self) -> None:
        """With the release that is active now, on people's photos that were held out."""
        self.train(
            "compare",
            self.space.bundle,
            fetch_bundle(self.active).path,
            f"--dataset={self.space.dataset}",
            f"--source={SOURCE}",
            f"--output={self.space.comparison}",
        )

    def _register(self) -> Release:
        self._begin(Phase.REGISTER)
        if settings.FASI_RETRAIN_KEY:
            key, password = Path(settings.FASI_RETRAIN_KEY), settings.FASI_RELEASE_KEY_PASSWORD
            sign(load_bundle(self.space.bundle), key, password)
            self.lease.renew()
        name = f"retrained-{self.lease.row.created:%Y-%m-%d-%H%M}"
        # An attempt that was lost after it had registered its bundle, which was another.
        if (
            Release.objects.filter(name=name)
            .exclude(sha256=sums_digest(self.space.bundle))
            .exists()
        ):
            name += f"-{self.lease.attempt}"
        # To try the engine and to store what is large may take longer than the lease lasts.
        release = register(self.space.bundle, name, on_step=self.lease.renew)
        self.lease.renew(report=report_of(self.space, self.active, release))
        return release


def check_can_sign() -> None:
    """Before hours of work: raises KeyRefused where the candidate would be refused unsigned."""
    if settings.FASI_RETRAIN_KEY or settings.FASI_UNSIGNED_RELEASES:
        return
    raise KeyRefused(
        "No worker would load an unsigned release: name the secret key in FASI_RETRAIN_KEY"
        " (manage.py release keys makes one), or allow unsigned ones (FASI_UNSIGNED_RELEASES)."
    )


def _rows(manifest: Path) -> int:
    with manifest.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.DictReader(file))
