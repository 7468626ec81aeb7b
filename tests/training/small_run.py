"""A dataset of drawn photos and a network of two layers: for tests of a run, not of learning."""

import json
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from tests.training.drawn import TAXONOMY, draw_photos
from training.cli import main
from training.data.dataset import load_splits
from training.evaluation.calibrate import softmax
from training.runs import Run

QUICK = ("tune.layers=['late']", "tune.size=64", "tune.batch=8", "tune.patience=0")


def prepare_small(folder: Path) -> Path:
    """The folder of a prepared dataset; ``small.keras`` to start from stands beside it."""
    draw_photos(folder / "photos", count=24)
    (folder / "tiny.json").write_text(json.dumps(TAXONOMY))
    prepare = ["prepare", f"--photos={folder / 'photos'}", f"--output={folder / 'dataset'}"]
    assert main([*prepare, f"--taxonomy={folder / 'tiny.json'}", "--twin-distance=0"]) == 0
    save_small_backbone(folder / "small.keras")
    return folder / "dataset"


def fit_command(run: Path, dataset: Path, *changes: str) -> list[str]:
    """The arguments of ``python -m training`` that fit a run on the dataset, quickly."""
    start = f"start.weights={dataset.parent / 'small.keras'}"
    sets = [f"--set={change}" for change in (start, *QUICK, *changes)]
    return [
        f"--work={dataset.parent}",
        "fit",
        str(run),
        f"--dataset={dataset}",
        "--recipe=backbone",
        *sets,
    ]


def best_loss(run: Path) -> float:
    """The lowest validation loss that the run recorded."""
    loss: float = json.loads((run / "progress.json").read_text())["best_loss"]
    return loss


def best_epoch_of(run: Run) -> tuple[float, list[npt.NDArray[np.float32]]]:
    """Validation loss, and the backbone's weights, of the epoch that the run kept on disk."""
    (weights,) = run.folder.glob("best-*.weights.h5")
    model = run.keras_model()
    model.load_weights(weights)
    _, val = load_splits(run.photos, run.taxonomy)
    smoothing = run.recipe.tune.label_smoothing
    logits = np.asarray(model(val.images))
    return _smoothed_loss(logits, val.labels, smoothing), backbone_of(model)


def backbone_of(model: keras.Model) -> list[npt.NDArray[np.float32]]:
    """The weights of a classifier but for its head's."""
    weights: list[npt.NDArray[np.float32]] = model.get_weights()[:-2]
    return weights


def _smoothed_loss(
    logits: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], smoothing: float
) -> float:
    """Mean cross-entropy of logits [N, C] with smoothed labels [N]."""
    classes = logits.shape[1]
    targets = np.eye(classes)[labels] * (1 - smoothing) + smoothing / classes
    return float(-(targets * np.log(softmax(logits))).sum(axis=1).mean())


def save_small_backbone(path: Path) -> None:
    """A network of two layers and their statistics, to start from instead of a ResNet."""
    rgb = keras.Input((None, None, 3))
    early = keras.layers.Conv2D(8, 3, strides=4, padding="same", activation="relu", name="early")
    late = keras.layers.Conv2D(16, 3, strides=8, padding="same", activation="relu", name="late")
    normalised = keras.layers.BatchNormalization(name="late_bn")
    maps = normalised(late(early(keras.layers.Rescaling(1 / 255)(rgb))))
    backbone = keras.Model(rgb, maps, name="backbone")
    images = keras.Input((None, None, 3))
    keras.Model(images, backbone(images)).save(path)
