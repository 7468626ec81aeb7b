"""What the reference of a bundle is made of."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import load_bundle
from inference.engine import load_engine
from inference.reference import PERCENTS, REFERENCE, read_reference
from tests.support.references import clustered
from tests.training.drawn import random_inputs
from training.data.dataset import Split
from training.export.reference import LEAST, OWN, SAMPLE, reference_of, sample_of, write_reference
from training.recipe import read_recipe
from training.runs import Run

STARTER = Path(__file__).resolve().parents[2] / "models" / "starter"


def split_of(count: int, source: str) -> Split:
    images = random_inputs(count)
    labels, weights = np.zeros(count, np.int64), np.ones(count)
    return Split((b"",) * count, images, labels, (source,) * count, weights)


def test_the_file_has_what_the_engine_that_serves_says(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(STARTER, tmp_path / "bundle"))
    bundle = load_bundle(folder)
    run = Run(tmp_path, read_recipe("starter"), bundle.taxonomy, ())
    train, val = split_of(LEAST, "street"), split_of(5, "street")

    assert write_reference(folder, run, train, val, bundle.calibration.threshold)

    reference = read_reference((folder / REFERENCE).read_bytes())
    said = load_engine("openvino", bundle).run(val.images)
    assert reference.embeddings.shape == (LEAST, 256)
    assert (
        reference.styles.tolist()
        == np.bincount(said.probabilities.argmax(1), minlength=13).tolist()
    )
    # The validation photos are among those of training here.
    assert reference.distances_of(said.embeddings).max() <= reference.distances[-1] + 1e-3


def test_a_run_on_peoples_own_photos_alone_writes_no_reference(tmp_path: Path) -> None:
    run = Run(tmp_path, read_recipe("starter"), load_bundle(STARTER).taxonomy, ())

    assert not write_reference(tmp_path, run, split_of(LEAST, OWN), split_of(1, OWN), 0.5)
    assert list(tmp_path.iterdir()) == []


def test_a_reference_counts_what_the_model_says_of_validation_photos() -> None:
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7], [0.55, 0.45]], np.float32)

    reference = reference_of(clustered(80), clustered(3, seed=4), probabilities, threshold=0.6)

    assert reference.styles.tolist() == [2, 1]
    assert reference.unsure == 1
    assert reference.confidences.sum() == 3
    assert reference.distances.shape == (PERCENTS,)


def test_the_distances_are_those_that_a_reader_of_the_file_finds() -> None:
    later = clustered(40, seed=4)
    probabilities = np.full((40, 2), 0.5, np.float32)

    reference = reference_of(clustered(80), later, probabilities, threshold=0.6)

    found = reference.distances_of(later)
    assert reference.distances[[0, -1]] == pytest.approx([found.min(), found.max()], abs=1e-6)


def test_a_sample_is_drawn_once_and_holds_nobodys_own_photos() -> None:
    sources = ("street", OWN) * 1500

    drawn = sample_of(sources, seed=3)

    assert len(set(drawn)) == SAMPLE
    assert {sources[place] for place in drawn} == {"street"}
    assert drawn == sample_of(sources, seed=3) != sample_of(sources, seed=4)
