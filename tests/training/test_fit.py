"""A run of training: what it leaves, how it goes on after a kill, what it refuses."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")

from tests.support.starting import wait_until  # noqa: E402
from tests.training.small_run import (  # noqa: E402
    backbone_of,
    best_epoch_of,
    best_loss,
    fit_command,
    prepare_small,
)
from training.cli import main  # noqa: E402
from training.runs import open_run  # noqa: E402

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare_small(tmp_path_factory.mktemp("small"))


def epochs(run: Path) -> list[str]:
    with (run / "log.csv").open() as file:
        return [row["epoch"] for row in csv.DictReader(file)]


def test_a_killed_run_goes_on_behind_the_last_epoch(tmp_path: Path, dataset: Path) -> None:
    run = tmp_path / "run"
    command = fit_command(run, dataset, "tune.epochs=8", "tune.share=1.0")
    with subprocess.Popen([sys.executable, "-m", "training", *command], cwd=ROOT) as process:
        wait_until((run / "progress.json").is_file, "the first epoch", patience_s=120)
        os.kill(process.pid, signal.SIGKILL)
    done = epochs(run)
    assert done
    assert not (run / "predictions.npz").exists()
    first_line = (run / "log.csv").read_text().splitlines()[1]

    assert main([f"--work={dataset.parent}", "fit", str(run)]) == 0

    assert epochs(run) == [str(number) for number in range(1, 9)], "nothing twice or missing"
    assert (run / "log.csv").read_text().splitlines()[1] == first_line
    loss, best = best_epoch_of(open_run(run))
    assert loss == pytest.approx(best_loss(run), abs=1e-3), "what was kept is what was validated"
    for kept, validated in zip(backbone_of(open_run(run).keras_model()), best, strict=True):
        np.testing.assert_array_equal(kept, validated)
    assert [path.name for path in run.glob("*part*")] == []
    assert any((run / "tensorboard").rglob("events*"))
    assert len(list(run.glob("*.weights.h5"))) <= 2, "old weights are cleared away"


def test_the_backbone_stops_on_its_way_where_the_recipe_says(tmp_path: Path, dataset: Path) -> None:
    run = tmp_path / "run"
    assert main(fit_command(run, dataset, "tune.epochs=1", "tune.share=0.25")) == 0

    kept = backbone_of(open_run(run).keras_model())
    start = keras.models.load_model(dataset.parent / "small.keras").get_weights()
    _, tuned = best_epoch_of(open_run(run))
    assert any((old != new).any() for old, new in zip(start, tuned, strict=True))
    for here, old, new in zip(kept, start, tuned, strict=True):
        np.testing.assert_allclose(here, old + 0.25 * (new - old), atol=1e-6)


def test_batch_statistics_stay_as_they_were(tmp_path: Path, dataset: Path) -> None:
    run = tmp_path / "run"
    assert main(fit_command(run, dataset, "tune.epochs=1")) == 0

    start = keras.models.load_model(dataset.parent / "small.keras").get_layer("backbone")
    _, tuned = best_epoch_of(open_run(run))
    names = [weight.path for weight in start.weights]
    assert any("moving_mean" in name for name in names)
    for name, old, new in zip(names, start.get_weights(), tuned, strict=True):
        assert (old == new).all() == ("late/" not in name), name


def test_half_precision_trains_and_leaves_a_float32_model(tmp_path: Path, dataset: Path) -> None:
    run = tmp_path / "run"
    assert main(fit_command(run, dataset, "tune.epochs=1", "tune.precision=mixed_bfloat16")) == 0

    model = open_run(run).keras_model()
    assert {layer.compute_dtype for layer in model.get_layer("backbone").layers} == {"float32"}
    start = keras.models.load_model(dataset.parent / "small.keras").get_weights()
    assert any((old != new).any() for old, new in zip(start, backbone_of(model), strict=True))


def test_a_finished_run_is_not_trained_again_and_another_recipe_is_refused(
    tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert main(fit_command(run, dataset, "tune.epochs=0")) == 0
    made = (run / "predictions.npz").stat().st_mtime_ns

    assert main(fit_command(run, dataset, "tune.epochs=0")) == 0
    assert "is finished; nothing to do" in capsys.readouterr().out
    assert (run / "predictions.npz").stat().st_mtime_ns == made

    assert main(fit_command(run, dataset, "tune.epochs=1")) == 1
    assert "holds a run with another recipe" in capsys.readouterr().err


def test_training_stops_when_nothing_gets_better(tmp_path: Path, dataset: Path) -> None:
    run = tmp_path / "run"
    still = fit_command(run, dataset, "tune.epochs=9", "tune.learning_rate=0.0", "tune.patience=1")

    assert main(still) == 0
    assert len(epochs(run)) < 9


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("tune.layers=['no_such']", "No layer of the backbone begins with no_such"),
        ("start.weights=no/such.keras", "There are no weights 'no/such.keras'"),
        ("tune.precision=no-such", "tune.precision is no policy of Keras: 'no-such'"),
    ],
)
def test_a_recipe_that_cannot_be_is_refused(
    tmp_path: Path,
    dataset: Path,
    capsys: pytest.CaptureFixture[str],
    change: str,
    sentence: str,
) -> None:
    assert main(fit_command(tmp_path / "run", dataset, change)) == 1
    assert sentence in capsys.readouterr().err


def test_what_is_no_dataset_and_no_run_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", str(tmp_path / "run"), f"--dataset={tmp_path}"]) == 1
    assert "There is no prepared dataset" in capsys.readouterr().err
    assert main(["fit", str(tmp_path)]) == 1
    assert "is no training run" in capsys.readouterr().err


def test_a_photo_that_is_gone_since_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = prepare_small(tmp_path)
    gone = next((tmp_path / "photos" / "warm").iterdir())
    gone.unlink()

    assert main(fit_command(tmp_path / "run", dataset)) == 1
    assert f"{gone} cannot be read any more" in capsys.readouterr().err
