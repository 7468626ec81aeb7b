"""Heads without a photo's source: what they may know, and what they choose."""

import json
from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")

from tests.training.small_run import fit_command, prepare_small  # noqa: E402
from training.cli import main  # noqa: E402
from training.evaluation.calibrate import calibrated, fit_temperature  # noqa: E402
from training.evaluation.left_out import (  # noqa: E402
    LeftOut,
    left_out_logits,
    left_out_threshold,
    shared_temperature,
)
from training.model.head import Examples  # noqa: E402


def test_a_source_with_a_look_of_its_own_does_not_help_itself() -> None:
    random = np.random.default_rng(0)
    labels = np.tile([0, 1], 120)
    sources = np.repeat(["first", "second", "third", "odd"], 60)
    features = random.normal(size=(240, 4)).astype(np.float32) * 0.3
    features[:, 0] += labels * 4.0
    odd = sources == "odd"
    features[odd, 0] = 4.0 - features[odd, 0]  # here the same sign means the other style

    logits = left_out_logits(Examples(features, labels), sources.tolist(), 2, 0.01, 0.5)
    right = logits.argmax(axis=1) == labels

    assert right[~odd].mean() > 0.9
    assert right[odd].mean() < 0.1, "nobody told the head of the others"


def test_one_source_alone_cannot_be_left_out() -> None:
    examples = Examples(np.ones((4, 2), np.float32), np.array([0, 1, 0, 1]))

    assert (left_out_logits(examples, ["only"] * 4, 2, 0.1, 0.0) == 0).all()


def answers(scale: float, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are ``scale`` times as sure as they may be, and labels."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(count, 5)).astype(np.float32) * 2
    labels = np.array([random.choice(5, p=row) for row in calibrated(logits, 1.0)])
    return logits * scale, labels


@pytest.fixture
def left() -> LeftOut:
    """A large source on which the head is calibrated, and two small ones where it boasts."""
    parts = [answers(1.0, 2000, 0), answers(4.0, 200, 1), answers(4.0, 300, 2)]
    return LeftOut(
        np.concatenate([logits for logits, _ in parts]),
        np.concatenate([labels for _, labels in parts]),
        ("known",) * 2000 + ("new",) * 200 + ("newer",) * 300,
        frozenset({"new", "newer"}),
    )


def test_the_temperature_is_that_of_the_chosen_sources(left: LeftOut) -> None:
    assert shared_temperature(left) == pytest.approx(4, rel=0.2)
    assert fit_temperature(left.logits, left.labels) < 2


def test_the_threshold_is_that_of_the_chosen_sources(left: LeftOut) -> None:
    threshold = left_out_threshold(left, 4.0)
    chosen = left.of({"new", "newer"})
    confidences = calibrated(chosen.logits, 4.0).max(axis=1)

    assert len(chosen.labels) == 500
    assert threshold.coverage == pytest.approx((confidences >= threshold.value).mean(), abs=0.01)
    assert threshold.coverage >= 0.5


def test_a_run_is_judged_by_sources_that_were_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = prepare_small(tmp_path)
    table = (dataset / "dataset.csv").read_text().splitlines()
    source = table[1].split(",")[2]
    rows = [
        line.replace(f",{source},", f",{'street' if number % 3 else 'shop'},")
        for number, line in enumerate(table)
    ]
    (dataset / "dataset.csv").write_text("\n".join(rows) + "\n")
    run = tmp_path / "run"
    assert main(fit_command(run, dataset, "tune.epochs=0", "left_out.calibrate=['street']")) == 0
    capsys.readouterr()

    assert main(["evaluate", str(run), "--leave-source-out"]) == 0

    judged = json.loads((run / "left_out.json").read_text())
    assert judged["chosen_on"] == ["street"]
    assert set(judged["per_source"]) == {"street", "shop"}
    assert judged["per_source"]["shop"]["accuracy"]["value"] > 0.9, "colours are the same anywhere"
    assert "Mean of the sources" in capsys.readouterr().out
