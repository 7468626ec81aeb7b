"""``style.keras`` is half as large and says the same."""

from pathlib import Path

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")
pytest.importorskip("nncf", reason="needs requirements/training.txt")

from training.model.convert import save_keras  # noqa: E402


def test_the_keras_file_holds_float16_and_loads_by_itself(tmp_path: Path) -> None:
    inputs = keras.Input((300,))
    model = keras.Model(inputs, keras.layers.Dense(400)(inputs))
    save_keras(model, tmp_path)
    loaded = keras.models.load_model(tmp_path / "style.keras")
    numbers = np.random.default_rng(0).normal(size=(3, 300)).astype(np.float32)

    assert [path.name for path in tmp_path.iterdir()] == ["style.keras"]
    assert (tmp_path / "style.keras").stat().st_size < 2.5 * 300 * 400
    assert np.asarray(loaded(numbers)) == pytest.approx(np.asarray(model(numbers)), abs=2e-2)
