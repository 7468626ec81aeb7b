"""Fitting runs on another Keras backend, and what it saves is the same to TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")
pytest.importorskip("jax", reason="needs requirements/development.txt")

from tests.training.small_run import best_epoch_of, best_loss, fit_command, prepare_small  # noqa: E402
from training.data.dataset import load_splits  # noqa: E402
from training.runs import PREDICTIONS, open_run  # noqa: E402

ROOT = Path(__file__).parents[2]


def test_a_run_fitted_on_jax_says_the_same_on_tensorflow(tmp_path: Path) -> None:
    dataset = prepare_small(tmp_path)
    command = fit_command(tmp_path / "run", dataset, "tune.epochs=2")
    fitted = subprocess.run(
        [sys.executable, "-m", "training", *command],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert fitted.returncode == 0, fitted.stderr

    run = open_run(tmp_path / "run")
    _, val = load_splits(run.photos, run.taxonomy)
    said = run.arrays(PREDICTIONS)["logits"]
    assert keras.config.backend() == "tensorflow"
    loss, _ = best_epoch_of(run)
    assert loss == pytest.approx(best_loss(run.folder), abs=1e-3), (
        "what was kept is what was validated"
    )
    assert np.asarray(run.keras_model()(val.images)) == pytest.approx(said, abs=1e-4)
