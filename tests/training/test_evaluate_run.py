"""A finished run is judged against what is trivial; what is no finished run is refused."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.training.made_up import make_run
from training.errors import TrainingError
from training.evaluation.baseline import SmallNetwork
from training.evaluation.evaluate import share_of
from training.evaluation.evaluate_run import evaluate_run, summary
from training.train.cross_validation import evaluate_folds

TINY = SmallNetwork(side=16, widths=(8, 16), epochs=12, batch=8, learning_rate=0.02)
LOGITS = [[2.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 3.0], [1.0, 0.0]]
"""Of three warm and two cold photos, the third and the last are taken for the other."""

Spoil = Callable[[Path], None]


def silent(_: str) -> None:
    """Nobody listens."""


def remove_photos(run: Path) -> None:
    """The run's photos are gone, so that no network is trained."""
    shutil.rmtree(run.parent / f"{run.name}-photos")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run without its photos."""
    run = make_run(tmp_path / "run", LOGITS, sources=("street", "product"), temperature=2.0)
    remove_photos(run)
    return run


def test_chance_majority_source_and_model_stand_side_by_side(run: Path) -> None:
    evaluation = evaluate_run(run, silent)

    assert evaluation["chance"]["top1"]["value"] == 0.5
    assert evaluation["chance"]["macro_f1"] == pytest.approx((6 / 11 + 4 / 9) / 2, abs=1e-4)
    assert evaluation["majority"]["top1"] == share_of(3, 5)
    assert evaluation["majority"]["macro_recall"] == 0.5
    assert evaluation["model"]["top1"] == share_of(3, 5)
    assert evaluation["model"]["per_style"]["warm"]["recall"] == share_of(2, 3)
    assert evaluation["model"]["confusion"] == [[2, 1], [1, 1]]
    assert evaluation["confusions"][0] == {"style": "cold", "said": "warm", "n": 1, "share": 0.5}
    assert evaluation["photos"]["per_style"]["warm"] == {"train": 3, "val": 3}


def test_the_evaluation_is_written_into_the_run(run: Path) -> None:
    evaluation = evaluate_run(run, silent)

    assert json.loads((run / "evaluation.json").read_text()) == evaluation
    assert not list(run.glob("*.part"))


def test_who_knows_the_source_knows_the_style_where_they_go_together(tmp_path: Path) -> None:
    styles = ("warm", "cold") * 3
    run = make_run(
        tmp_path / "run", train=styles, val=styles, sources=("street", "product"), log=""
    )
    remove_photos(run)
    evaluation = evaluate_run(run, silent)

    assert evaluation["by_source"]["top1"]["value"] == 1.0
    assert evaluation["majority"]["top1"]["value"] == 0.5
    assert evaluation["model_minus_source"]["top1"]["value"] == 0.0
    assert [(cell["source"], cell["style"], cell["n"]) for cell in evaluation["cells"]] == [
        ("product", "cold", 3),
        ("street", "warm", 3),
    ]


def test_calibration_is_told_before_and_after_and_honestly(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    styles = ("warm", "cold") * 100
    logits = np.where(np.arange(200)[:, None] % 2 == [[0, 1]], 1.0, 0.0) + random.normal(
        size=(200, 2)
    )
    run = make_run(tmp_path / "run", logits * 6, val=styles, temperature=6 / 1.2)
    remove_photos(run)
    calibration = evaluate_run(run, silent)["calibration"]

    assert calibration["after"]["ece"] < calibration["before"]["ece"] / 2
    assert calibration["cross_fitted"]["ece"] < calibration["before"]["ece"] / 2
    assert calibration["before"]["mean_confidence"] > calibration["after"]["mean_confidence"]
    assert sum(part["accuracy"]["n"] for part in calibration["after"]["bins"]) == 200
    assert 0 < calibration["ece_by_chance"]["mean"] < calibration["ece_by_chance"]["high"] < 0.2


def test_the_threshold_is_a_point_of_the_curve(tmp_path: Path) -> None:
    logits = [[4.0, 0.0], [3.0, 0.0], [0.0, 1.0], [0.0, 5.0], [0.5, 0.0]]
    run = make_run(tmp_path / "run", logits)
    remove_photos(run)
    not_sure = evaluate_run(run, silent)["not_sure"]

    assert not_sure["target"] == 0.85
    assert not_sure["chosen"] == {"threshold": 0.9525, "accuracy": 1.0, "coverage": 0.6}
    assert [point["accuracy"] for point in not_sure["curve"]] == [1.0, 1.0, 1.0, 0.75, 0.6]
    assert not_sure["curve"][2] == not_sure["chosen"]
    assert not_sure["curve"][-1]["threshold"] == 0.0


def test_a_small_network_is_trained_once(tmp_path: Path) -> None:
    pytest.importorskip("keras", reason="needs requirements/training.txt")
    styles = ("warm", "cold") * 10
    run = make_run(tmp_path / "run", [[5, 0]] * 20, train=styles * 2, val=styles)
    first = evaluate_run(run, silent, TINY)
    remove_photos(run)

    assert first["small_cnn"]["top1"]["value"] >= 0.9
    assert first["model_minus_small_cnn"]["top1"]["high"] < 0
    assert first["model_minus_small_cnn"]["p"] < 0.05
    assert evaluate_run(run, silent, TINY)["small_cnn"] == first["small_cnn"]
    assert len(summary(first)) == 9

    said: list[str] = []
    other = SmallNetwork(side=16, widths=(8,), epochs=1)
    assert evaluate_run(run, said.append, other)["small_cnn"] is None
    assert "40 photos cannot be read" in said[0]


def test_a_damaged_cache_is_no_hindrance(run: Path) -> None:
    (run / "baseline.npz").write_bytes(b"PK\x03\x04 half a file")
    said: list[str] = []

    assert evaluate_run(run, said.append)["small_cnn"] is None
    assert said[0].startswith("The small CNN is left out: 4 photos cannot be read")
    assert len(summary(evaluate_run(run, silent))) == 8


def remove(name: str) -> Spoil:
    return lambda run: (run / name).unlink()


def damage(name: str) -> Spoil:
    def change(run: Path) -> None:
        (run / name).write_bytes(b"\xff\x00 damaged")

    return change


def predict(
    logits: Sequence[Sequence[float]] = LOGITS,
    labels: Sequence[int] = (0, 0, 0, 1, 1),
    temperature: float = 1,
) -> Spoil:
    def change(run: Path) -> None:
        file = run / "predictions.npz"
        np.savez(file, logits=logits, labels=labels, temperature=temperature)

    return change


def rename_style(run: Path) -> None:
    file = run / "dataset.csv"
    file.write_text(file.read_text().replace("warm", "hot"))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (shutil.rmtree, "There is no folder"),
        (remove("recipe.toml"), "is no training run: it has no recipe.toml."),
        (remove("dataset.csv"), "There is no prepared dataset in"),
        (remove("predictions.npz"), "is not finished: call fit with it again, it goes on."),
        (damage("predictions.npz"), "predictions.npz is damaged; fit the run anew."),
        (damage("taxonomy.json"), "taxonomy.json is no readable taxonomy"),
        (damage("dataset.csv"), "dataset.csv cannot be read"),
        (rename_style, "has an unknown style or split"),
        (predict(logits=LOGITS[:4]), "for 5 validation photos and 2 styles"),
        (predict(labels=(1, 0, 0, 1, 1)), "their styles differ. Fit the run anew."),
        (predict(logits=[[np.nan, 0.0]] * 5), "numbers that are not finite"),
        (predict(temperature=0), "numbers that are not finite"),
    ],
)
def test_what_is_no_finished_run_is_refused(run: Path, spoil: Spoil, sentence: str) -> None:
    spoil(run)

    with pytest.raises(TrainingError, match=re.escape(sentence)):
        evaluate_run(run, silent)
    assert not (run / "evaluation.json").exists()


def test_folds_are_averaged_and_pooled(tmp_path: Path) -> None:
    first = make_run(tmp_path / "fold-1", LOGITS, sources=("street",))
    second = make_run(tmp_path / "fold-2", val=("warm", "cold"), sources=("product",))
    said: list[str] = []
    evaluation = evaluate_folds([first, second], tmp_path, said.append)

    assert evaluation["over_folds"]["top1"] == {
        "mean": 0.8,
        "sd": pytest.approx(0.4 / np.sqrt(2), abs=1e-4),
    }
    assert evaluation["pooled"]["top1"] == share_of(5, 7)
    assert evaluation["pooled"]["per_style"]["cold"]["recall"] == share_of(2, 3)
    assert evaluation["pooled"]["per_source"]["product"] == share_of(2, 2)
    assert [fold["run"] for fold in evaluation["folds"]] == ["fold-1", "fold-2"]
    assert json.loads((tmp_path / "folds.json").read_text()) == evaluation
    assert said[0] == "top1         0.800 ± 0.283 over 2 folds"


def test_folds_that_share_photos_are_no_folds(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)

    with pytest.raises(TrainingError, match="are both validated on"):
        evaluate_folds([run, copy], tmp_path, silent)
    with pytest.raises(TrainingError, match="at least two runs"):
        evaluate_folds([run], tmp_path, silent)


def test_folds_of_different_taxonomies_are_no_folds(tmp_path: Path) -> None:
    other = {
        "id": "other",
        "styles": [
            {"id": "warm", "names": {"en": "Warm"}},
            {"id": "icy", "names": {"en": "Icy"}},
        ],
    }
    runs = [
        make_run(tmp_path / "one"),
        make_run(tmp_path / "two", taxonomy=other, val=("warm", "icy"), train=("warm", "icy")),
    ]

    with pytest.raises(TrainingError, match="have different taxonomies"):
        evaluate_folds(runs, tmp_path, silent)
    assert not (tmp_path / "folds.json").exists()
