"""A run's folder: what it was made with and what came of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from inference.taxonomy import Taxonomy
from training.data.labelled import DATASET, OTHERS, TAXONOMY, Dataset, Photo, read_dataset
from training.data.prepared import weighted
from training.errors import TrainingError
from training.recipe import Recipe, read_recipe
from training.writing import replace_text

PHOTO_COLUMNS = ("path", "style", "source", "split", "sha256", "group")
PREDICTIONS = "predictions.npz"
LEFT_OUT = "left_out.npz"
GATE = "gate.npz"
RECIPE = "recipe.toml"


@dataclass(frozen=True)
class Run:
    """One run of training in ``folder``."""

    folder: Path
    recipe: Recipe
    taxonomy: Taxonomy
    photos: tuple[Photo, ...]
    others: tuple[Photo, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The source of each outfit, those of training first, as arrays of a run are ordered."""
        ordered = sorted(self.photos, key=lambda photo: photo.split != "train")
        return tuple(photo.source for photo in ordered)

    def start_name(self) -> str:
        """What the backbone was before this run; TrainingError when the run is not that far."""
        try:
            return str(json.loads((self.folder / "head.json").read_text())["backbone"])
        except (OSError, ValueError, KeyError) as error:
            raise unfinished(self.folder) from error

    def is_finished(self) -> bool:
        """Whether fitting has written everything; its last file is the predictions."""
        return self.has(PREDICTIONS)

    def has(self, name: str) -> bool:
        """Whether the run has written this file, which it does in one step."""
        return (self.folder / name).is_file()

    def write_text(self, name: str, text: str) -> None:
        """Write one file of the run in one step."""
        replace_text(self.folder / name, text)

    def save_arrays(self, name: str, **arrays: Any) -> None:
        """Write one ``.npz`` file of the run in one step."""
        part = self.folder / f"{name}.part"
        with part.open("wb") as file:
            np.savez(file, **arrays)
        part.replace(self.folder / name)

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """What ``save_arrays`` wrote; TrainingError when the run is not that far."""
        try:
            with np.load(self.folder / name) as file:
                return dict(file)
        except OSError as error:
            raise unfinished(self.folder) from error

    def save_keras(self, model: keras.Model) -> None:
        """Write ``model.keras``, the float classifier, in one step."""
        part = self.folder / "part.keras"
        model.save(part)
        part.replace(self.folder / "model.keras")

    def keras_model(self) -> keras.Model:
        """The float classifier; TrainingError when the run is not that far."""
        if not (self.folder / "model.keras").is_file():
            raise unfinished(self.folder)
        return keras.models.load_model(self.folder / "model.keras", compile=False, safe_mode=True)


def start_run(folder: Path, recipe: Recipe, dataset: Dataset) -> Run:
    """A new run in ``folder``, or the one that is there if it was made with the same.

    Raises TrainingError when another run, or something else, is in the folder.
    """
    new = Run(folder, recipe, dataset.taxonomy, dataset.photos, dataset.others)
    if (folder / RECIPE).is_file():
        if open_run(folder) != new:
            raise TrainingError(
                f"{folder} holds a run with another recipe or other photos: name another folder,"
                " or remove it."
            )
        return new
    if folder.exists() and any(
        path.name not in (DATASET, OTHERS, TAXONOMY) for path in folder.iterdir()
    ):
        raise TrainingError(f"{folder} exists and is no run: name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    taxonomy = json.dumps(dataset.taxonomy.to_dict(), ensure_ascii=False, indent=2)
    new.write_text(TAXONOMY, taxonomy)
    _write_photos(folder / DATASET, dataset.photos)
    if dataset.others:
        _write_photos(folder / OTHERS, dataset.others)
    new.write_text(RECIPE, recipe.to_toml())  # last: it says that a run is here
    return new


def open_run(folder: Path) -> Run:
    """The run in ``folder``; raises TrainingError when there is none or it is damaged."""
    if not folder.is_dir():
        raise TrainingError(f"There is no folder {folder}.")
    if not (folder / RECIPE).is_file():
        raise TrainingError(f"{folder} is no training run: it has no {RECIPE}.")
    dataset = read_dataset(folder)
    recipe = read_recipe(str(folder / RECIPE))
    return Run(folder, recipe, dataset.taxonomy, dataset.photos, dataset.others)


def unfinished(folder: Path) -> TrainingError:
    """The error for a run that is asked for what it has not got yet."""
    return TrainingError(f"The run {folder} is not finished: call fit with it again, it goes on.")


def _write_photos(path: Path, photos: Sequence[Photo]) -> None:
    part = path.with_suffix(".part")
    columns = (*PHOTO_COLUMNS, "weight") if weighted(photos) else PHOTO_COLUMNS
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for photo in photos:
            writer.writerow([getattr(photo, column) for column in columns])
    part.replace(path)
