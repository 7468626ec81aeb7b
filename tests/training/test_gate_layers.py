"""A gate that sees more of the backbone than its end: earlier layers, each on average."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")

from tests.training.drawn import draw_others  # noqa: E402
from tests.training.small_run import fit_command, prepare_small, save_small_backbone  # noqa: E402
from training.cli import main  # noqa: E402
from training.errors import TrainingError  # noqa: E402
from training.model.graph import (  # noqa: E402
    Backbone,
    feature_graph,
    serving_graph,
    with_maps,
)
from training.model.head import Head, Projection  # noqa: E402
from training.model.pretrained import backbone  # noqa: E402
from training.recipe import Start  # noqa: E402
from training.runs import open_run  # noqa: E402

EARLY, LATE = 8, 16
"""Channels of the two layers of the small network."""


@pytest.fixture
def start(tmp_path: Path) -> Backbone:
    save_small_backbone(tmp_path / "small.keras")
    return backbone(Start(weights=str(tmp_path / "small.keras")), images(1), seed=0)


def images(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 224, 224, 3), dtype=np.uint8)


def head(features: int, classes: int) -> Head:
    random = np.random.default_rng(features)
    weights = random.normal(size=(features, classes)).astype(np.float32)
    return Head(weights, np.zeros(classes, np.float32))


def nested(network: Any) -> Any:
    """The network inside another, as the networks of keras.applications are."""
    rgb = keras.Input((None, None, 3))
    return keras.Model(rgb, network(rgb), name="backbone")


def test_an_earlier_layers_features_follow_those_of_the_end(start: Backbone) -> None:
    alone = np.asarray(feature_graph(start)(images(2)))
    both = np.asarray(feature_graph(start, ("early",))(images(2)))

    assert both.shape == (2, LATE + EARLY)
    np.testing.assert_array_equal(both[:, :LATE], alone)
    assert (both[:, LATE:] > 0).any()


def test_layers_are_found_in_a_network_inside(start: Backbone) -> None:
    outer = nested(start.network)
    pixels = images(1).astype(np.float32)
    last, early = with_maps(outer, ("early",))(pixels)

    np.testing.assert_array_equal(np.asarray(last), np.asarray(outer(pixels)))
    assert early.shape[-1] == EARLY


def test_a_layer_that_is_not_there_is_named(start: Backbone) -> None:
    with pytest.raises(TrainingError, match="no layer conv9"):
        with_maps(nested(start.network), ("conv9",))


def test_the_served_gate_says_what_was_fitted_and_the_file_starts_another_run(
    tmp_path: Path, start: Backbone
) -> None:
    gate = head(LATE + EARLY, 3)
    projection = Projection(np.eye(LATE, 4, dtype=np.float32), np.zeros(4, np.float32))
    graph = serving_graph(start, head(LATE, 2), 1.0, projection, gate, gate_layers=("early",))
    logits = gate.logits(np.asarray(feature_graph(start, ("early",))(images(2))))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)

    assert np.asarray(graph(images(2))["gate"]) == pytest.approx(expected, abs=1e-4)

    graph.save(tmp_path / "style.keras")
    again = backbone(Start(weights=str(tmp_path / "style.keras")), images(1), seed=0)
    pixels = images(1).astype(np.float32)
    np.testing.assert_array_equal(
        np.asarray(again.network(pixels)), np.asarray(start.network(pixels))
    )


def test_a_run_fits_its_gate_on_the_layers_that_its_recipe_names(tmp_path: Path) -> None:
    prepare_small(tmp_path)
    draw_others(tmp_path / "others")
    dataset = tmp_path / "with-others"
    prepare = [
        "prepare",
        f"--photos={tmp_path / 'photos'}",
        f"--others={tmp_path / 'others'}",
        f"--output={dataset}",
        f"--taxonomy={tmp_path / 'tiny.json'}",
        "--twin-distance=0",
    ]
    assert main(prepare) == 0
    run = tmp_path / "run"
    changes = ("tune.epochs=0", "gate.layers=['early']")

    assert main(fit_command(run, dataset, *changes)) == 0

    fitted = open_run(run)
    assert fitted.recipe.gate.layers == ("early",)
    assert fitted.arrays("gate.npz")["weights"].shape == (LATE + EARLY, 3)
    assert fitted.arrays("fitted.npz")["axes"].shape[0] == LATE
    assert json.loads((run / "head.json").read_text())["frozen"]


def test_a_run_whose_backbone_lacks_the_layer_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = prepare_small(tmp_path)

    command = fit_command(tmp_path / "run", dataset, "tune.epochs=0", "gate.layers=['conv9']")
    assert main(command) == 1
    assert "The backbone has no layer conv9" in capsys.readouterr().err
