"""Where a backbone's weights come from, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")

from tests.training.drawn import random_inputs  # noqa: E402
from training.errors import TrainingError  # noqa: E402
from training.model.graph import BACKBONE  # noqa: E402
from training.model.pretrained import backbone  # noqa: E402
from training.recipe import Start  # noqa: E402


def test_any_backbone_of_keras_applications_takes_plain_rgb() -> None:
    made = backbone(Start("MobileNetV2", "scratch"), random_inputs(1), seed=1)
    images = random_inputs(2).astype(np.float32)
    plain = keras.applications.MobileNetV2(
        weights=None, include_top=False, input_shape=(224, 224, 3)
    )
    plain.set_weights(made.network.get_weights())

    maps = np.asarray(made.network(images))
    assert maps.shape == (2, 7, 7, 1280)
    assert maps == pytest.approx(np.asarray(plain(images / 127.5 - 1)), abs=1e-5)


def test_a_backbone_is_taken_out_of_a_file_that_training_wrote(tmp_path: Path) -> None:
    first = backbone(Start("MobileNetV2", "scratch"), random_inputs(1), seed=1)
    images = keras.Input((None, None, 3))
    keras.Model(images, first.network(images)).save(tmp_path / "model.keras")
    again = backbone(Start(weights=str(tmp_path / "model.keras")), random_inputs(1), seed=2)

    assert again.network.name == BACKBONE
    for old, new in zip(first.network.get_weights(), again.network.get_weights(), strict=True):
        assert (old == new).all()


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (Start("NoSuchNet", "scratch"), "keras.applications has no backbone 'NoSuchNet'"),
        (Start("ResNet101", "people"), "The people-photo weights are of a ResNet50, not ResNet101"),
        (Start(weights="no/such.keras"), "There are no weights 'no/such.keras'"),
    ],
)
def test_a_start_that_cannot_be_is_refused(start: Start, sentence: str) -> None:
    with pytest.raises(TrainingError, match=sentence):
        backbone(start, random_inputs(1), seed=0)


def test_a_file_that_holds_no_backbone_is_refused(tmp_path: Path) -> None:
    inputs = keras.Input((3,))
    keras.Model(inputs, keras.layers.Dense(2)(inputs)).save(tmp_path / "other.keras")
    (tmp_path / "broken.keras").write_bytes(b"PK no")

    with pytest.raises(TrainingError, match="has no backbone inside"):
        backbone(Start(weights=str(tmp_path / "other.keras")), random_inputs(1), seed=0)
    with pytest.raises(TrainingError, match="cannot be read"):
        backbone(Start(weights=str(tmp_path / "broken.keras")), random_inputs(1), seed=0)
