"""How far fine-tuning has come, on disk, so that a run killed at any moment goes on.

``progress.json`` names the weight files that belong to it and is replaced in one step after they
are complete. A kill therefore costs the epoch that was under way, never more.
"""

from __future__ import annotations

import csv
import json
import math
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras

from training.writing import replace_text

COLUMNS = (
    "phase",
    "epoch",
    "loss",
    "accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "seconds",
)
"""Of ``log.csv``; one row an epoch."""


class Progress:
    """The epochs that are done, the best of them, and the weights of both, in a run's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = folder / "progress.json"
        data = json.loads(self._index.read_text()) if self._index.is_file() else {}
        self._rows: list[dict[str, Any]] = data.get("epochs", [])
        self._best: int = data.get("best", 0)
        self._best_loss: float = data.get("best_loss", math.inf)
        self._started = time.monotonic()

    @property
    def epochs_done(self) -> int:
        """Epochs that need not be trained again."""
        return len(self._rows)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What was recorded of each epoch, in order."""
        return list(self._rows)

    @property
    def best(self) -> int:
        """The number of the best epoch, from 1; 0 when none was better than the start."""
        return self._best

    def is_over(self, patience: int) -> bool:
        """Whether ``patience`` epochs went by without a better one."""
        return self.epochs_done - self._best >= patience > 0

    def restore(self, model: keras.Model) -> None:
        """Weights and optimizer as they were after the last recorded epoch."""
        if self.epochs_done:
            model.load_weights(self._state_file(self.epochs_done))

    def load_best(self, model: keras.Model) -> None:
        """The weights of the best epoch; the model's own when no epoch was recorded."""
        if self._best:
            keras.Model(model.inputs, model.outputs).load_weights(self._best_file(self._best))

    def start_epoch(self) -> None:
        """Take the time from here."""
        self._started = time.monotonic()

    def keep_if_best(self, model: keras.Model, loss: float) -> None:
        """Save the weights of the epoch under way if its validation loss is the lowest."""
        if loss < self._best_loss:
            self._best, self._best_loss = self.epochs_done + 1, loss
            weights_only = keras.Model(model.inputs, model.outputs)
            weights_only.save_weights(self._best_file(self._best))

    def record(self, model: keras.Model, logs: dict[str, Any]) -> None:
        """The epoch under way is done: its state, then the file that says so, then the log."""
        number = self.epochs_done + 1
        model.save_weights(self._state_file(number))
        row = {key: round(float(value), 6) for key, value in logs.items()}
        row["seconds"] = round(time.monotonic() - self._started, 1)
        self._rows.append({"phase": "tune", "epoch": number, **row})
        data = {"epochs": self._rows, "best": self._best, "best_loss": self._best_loss}
        replace_text(self._index, json.dumps(data, indent=1))
        self._write_log()
        kept = {self._state_file(number), self._best_file(self._best)}
        for file in self._folder.glob("*.weights.h5"):
            if file not in kept:
                file.unlink()

    def tensorboard(self) -> list[keras.callbacks.Callback]:
        """The callback that logs for TensorBoard, where TensorFlow is there to write its files."""
        if find_spec("tensorflow") is None or find_spec("tensorboard") is None:
            return []
        return [keras.callbacks.TensorBoard(str(self._folder / "tensorboard"), write_graph=False)]

    def _write_log(self) -> None:
        part = self._folder / "log.csv.part"
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(self._rows)
        part.replace(self._folder / "log.csv")

    def _state_file(self, epoch: int) -> Path:
        return self._folder / f"state-{epoch:03}.weights.h5"

    def _best_file(self, epoch: int) -> Path:
        return self._folder / f"best-{epoch:03}.weights.h5"
