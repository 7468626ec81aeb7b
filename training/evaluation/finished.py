"""A finished run as evaluation and report read it: the run, and what it said of its photos."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.taxonomy import Taxonomy
from training.arrays import Floats, Labels
from training.data.labelled import DATASET, Photo
from training.errors import TrainingError
from training.evaluation.calibrate import calibrated
from training.runs import PREDICTIONS, RECIPE, Run, open_run, unfinished

LOG = "log.csv"


@dataclass(frozen=True)
class FinishedRun:
    """``logits`` float32 [N, C] before temperature and ``labels`` [N] are of the photos ``val``."""

    run: Run
    logits: Floats
    labels: Labels
    temperature: float

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.run.folder

    @property
    def name(self) -> str:
        """The name of the run's folder."""
        return self.folder.resolve().name

    @property
    def taxonomy(self) -> Taxonomy:
        """The run's taxonomy."""
        return self.run.taxonomy

    @property
    def train(self) -> tuple[Photo, ...]:
        """The photos that the run was fitted on."""
        return tuple(photo for photo in self.run.photos if photo.split == "train")

    @property
    def val(self) -> tuple[Photo, ...]:
        """The photos that the run was validated on."""
        return tuple(photo for photo in self.run.photos if photo.split == "val")

    @property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """What the model says of the validation photos, calibrated: [N, C]."""
        return calibrated(self.logits, self.temperature)

    @property
    def sources(self) -> tuple[str, ...]:
        """The source of each validation photo."""
        return tuple(photo.source for photo in self.val)

    @property
    def dataset(self) -> bytes:
        """The content of ``dataset.csv``, byte for byte."""
        return (self.folder / DATASET).read_bytes()

    def labels_of(self, photos: tuple[Photo, ...]) -> Labels:
        """The style of each photo as its index in the taxonomy: int64 [len(photos)]."""
        places = {style: index for index, style in enumerate(self.taxonomy.ids)}
        return np.array([places[photo.style] for photo in photos], np.int64)

    def log(self) -> list[dict[str, str]]:
        """The rows of ``log.csv``, one an epoch; none when only a head was fitted."""
        path = self.folder / LOG
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def recipe(self) -> str:
        """The text of ``recipe.toml``."""
        return (self.folder / RECIPE).read_text(encoding="utf-8")


def open_finished(folder: Path) -> FinishedRun:
    """Read a run that is finished.

    Raises TrainingError when ``folder`` is no run, when the run is not finished, and when its
    files are damaged or do not belong together.
    """
    run = open_run(folder)
    if not run.is_finished():
        raise unfinished(folder)
    logits, labels, temperature = _predictions(folder / PREDICTIONS)
    finished = FinishedRun(run, logits, labels, temperature)
    _check(finished)
    return finished


def _predictions(path: Path) -> tuple[Floats, Labels, float]:
    try:
        with np.load(path) as arrays:
            return (
                arrays["logits"].astype(np.float32),
                arrays["labels"].astype(np.int64),
                float(arrays["temperature"]),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path} is damaged; fit the run anew.") from error


def _check(run: FinishedRun) -> None:
    if not run.train or not run.val:
        raise TrainingError(f"The run {run.folder} has no training or no validation photos.")
    if run.logits.shape != (len(run.val), len(run.taxonomy.styles)):
        raise TrainingError(
            f"{run.folder / PREDICTIONS} does not belong to {DATASET}: it has logits of shape"
            f" {list(run.logits.shape)} for {len(run.val)} validation photos and"
            f" {len(run.taxonomy.styles)} styles. Fit the run anew."
        )
    if not np.array_equal(run.labels, run.labels_of(run.val)):
        raise TrainingError(
            f"{run.folder / PREDICTIONS} does not belong to {DATASET}: their styles differ."
            " Fit the run anew."
        )
    if not np.isfinite(run.logits).all() or not 0 < run.temperature < np.inf:
        raise TrainingError(
            f"{run.folder / PREDICTIONS} holds numbers that are not finite: the training diverged."
            " Fit again with a smaller learning rate."
        )
