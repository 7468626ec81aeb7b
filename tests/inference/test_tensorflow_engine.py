"""The TensorFlow engine, and that both engines say the same of one bundle."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

keras = pytest.importorskip("keras", reason="needs requirements/training.txt")
pytest.importorskip("tensorflow", reason="needs requirements/training.txt")
pytest.importorskip("nncf", reason="needs requirements/training.txt")

from inference.bundle import Bundle, load_bundle, write_sums  # noqa: E402
from inference.engine import Engine, EngineError, Outputs, load_engine  # noqa: E402
from tests.support.gated_bundle import GATE  # noqa: E402
from tests.support.small_bundle import (  # noqa: E402
    STYLES,
    Small,
    in_int8,
    small_model,
    with_gate,
    write_bundle,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def small() -> Small:
    return small_model()


@pytest.fixture(scope="module")
def bundle(small: Small, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Both engines' weights, in float."""
    return write_bundle(tmp_path_factory.mktemp("small") / "float", small.plain, small.graph)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Engine:
    return load_engine("tensorflow", bundle)


@pytest.fixture(scope="module")
def said(engine: Engine, small: Small) -> Outputs:
    return engine.run(small.images)


def test_the_outputs_are_what_every_engine_gives(said: Outputs, small: Small) -> None:
    count = len(small.images)

    assert said.probabilities.shape == (count, len(STYLES))
    assert said.embeddings.shape == (count, 256)
    assert said.activation_maps.shape == (count, 7, 7)
    for output in (said.probabilities, said.embeddings, said.activation_maps):
        assert output.dtype == np.float32
    assert said.probabilities.sum(axis=1) == pytest.approx(np.ones(count), abs=1e-5)
    assert np.linalg.norm(said.embeddings, axis=1) == pytest.approx(np.ones(count), abs=1e-5)


def test_the_graph_comes_back_from_its_file_as_it_was(said: Outputs, small: Small) -> None:
    graph = small.graph(small.images)

    assert said.probabilities == pytest.approx(np.asarray(graph["probabilities"]), abs=1e-5)
    assert set(said.probabilities.argmax(axis=1)) == set(range(len(STYLES)))


def test_both_engines_say_the_same_of_float_weights(
    said: Outputs, bundle: Bundle, small: Small
) -> None:
    other = load_engine("openvino", bundle).run(small.images)

    assert other.probabilities == pytest.approx(said.probabilities, abs=1e-4)
    assert other.embeddings == pytest.approx(said.embeddings, abs=1e-4)
    assert other.activation_maps == pytest.approx(said.activation_maps, abs=1e-2)


def test_int8_names_the_same_top_style_nine_times_in_ten(
    said: Outputs, small: Small, tmp_path: Path
) -> None:
    quick = load_engine("openvino", write_bundle(tmp_path / "int8", in_int8(small)))
    other = quick.run(small.images)
    same = other.probabilities.argmax(axis=1) == said.probabilities.argmax(axis=1)

    assert same.mean() >= 0.9
    assert np.abs(other.probabilities - said.probabilities).max() > 1e-3, "it is INT8"


def test_a_model_of_before_has_no_gate(said: Outputs, bundle: Bundle, small: Small) -> None:
    assert said.gates is None
    assert load_engine("openvino", bundle).run(small.images[:1]).gates is None


def test_code_in_a_model_file_is_refused_though_its_sums_hold(small: Small, tmp_path: Path) -> None:
    """Whoever can write a bundle, sums included, still runs nothing where it is loaded."""
    proof = tmp_path / "proof"
    bundle = write_bundle(tmp_path / "planted", graph=small.graph)
    code = f"lambda x: (__import__('pathlib').Path({str(proof)!r}).touch(), x)[1]"
    images = keras.Input((224, 224, 3))
    planted = keras.Model(images, keras.layers.Lambda(eval(code))(images))
    assert proof.exists(), "the layer runs its code"
    planted.save(bundle.path / "style.keras")
    proof.unlink()
    write_sums(bundle.path)

    with pytest.raises(EngineError, match="cannot load"):
        load_engine("tensorflow", load_bundle(bundle.path))
    assert not proof.exists()


def test_both_engines_say_the_same_of_what_is_no_outfit(small: Small, tmp_path: Path) -> None:
    gated = with_gate(small)
    bundle = write_bundle(tmp_path / "gated", gated.plain, gated.graph, calibration={"gate": GATE})
    reference = load_engine("tensorflow", bundle).run(small.images).gates
    quick = load_engine("openvino", bundle).run(small.images).gates

    assert reference is not None
    assert quick is not None
    assert reference.shape == quick.shape == (len(small.images), 3)
    assert reference.dtype == quick.dtype == np.float32
    assert reference.sum(axis=1) == pytest.approx(np.ones(len(small.images)), abs=1e-5)
    assert quick == pytest.approx(reference, abs=1e-4)
    assert np.ptp(reference, axis=0).max() > 0.01, "it depends on the photo"


@pytest.mark.parametrize("name", ["openvino", "tensorflow"])
def test_a_gate_that_is_calibrated_must_be_in_the_model(
    small: Small, tmp_path: Path, name: str
) -> None:
    bundle = write_bundle(
        tmp_path / "without", small.plain, small.graph, calibration={"gate": GATE}
    )

    with pytest.raises(EngineError, match="has no output gate"):
        load_engine(name, bundle)


@pytest.mark.parametrize("count", [1, 2, 33])
def test_any_number_of_photos_gets_the_same_answers(
    engine: Engine, said: Outputs, small: Small, count: int
) -> None:
    some = engine.run(small.images[:count])

    assert some.probabilities == pytest.approx(said.probabilities[:count], abs=1e-5)
    assert some.embeddings == pytest.approx(said.embeddings[:count], abs=1e-5)
    assert some.activation_maps == pytest.approx(said.activation_maps[:count], abs=1e-3)


@pytest.mark.parametrize(
    "wrong", [np.zeros((0, 224, 224, 3), np.uint8), np.zeros((1, 224, 224, 3), np.float32)]
)
def test_anything_but_images_is_refused(engine: Engine, wrong: npt.NDArray[np.uint8]) -> None:
    with pytest.raises(EngineError, match="The engine"):
        engine.run(wrong)


def test_a_bundle_without_keras_weights_is_refused(small: Small, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "openvino-only", small.plain)

    with pytest.raises(EngineError, match=r"has no style\.keras for TensorFlow"):
        load_engine("tensorflow", bundle)


def test_weights_that_keras_cannot_read_are_refused(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "style.keras").write_bytes(b"no archive")
    broken = Bundle(tmp_path, "", bundle.taxonomy, bundle.calibration, {})

    with pytest.raises(EngineError, match=r"TensorFlow cannot load .*style\.keras: \S"):
        load_engine("tensorflow", broken)


def test_a_model_that_lacks_outputs_is_refused(small: Small, tmp_path: Path) -> None:
    outputs = small.graph.output
    less = keras.Model(small.graph.input, {"probabilities": outputs["probabilities"]})

    with pytest.raises(EngineError, match="has no output activation_map, embedding"):
        load_engine("tensorflow", write_bundle(tmp_path / "less", graph=less))


def test_a_taxonomy_of_another_size_is_refused(small: Small, tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "three", graph=small.graph, styles=STYLES[:3])

    with pytest.raises(EngineError, match="has 4 styles, its taxonomy 3"):
        load_engine("tensorflow", bundle)


@pytest.mark.parametrize(
    ("first", "printed"),
    [
        ("inference.engine", "tensorflow"),
        ("keras", "Keras runs on 'openvino' in this process: set KERAS_BACKEND=tensorflow"),
    ],
)
def test_keras_of_another_backend_is_used_never_and_named_where_it_came_first(
    bundle: Bundle, first: str, printed: str
) -> None:
    script = f"""
import {first}
from pathlib import Path
from inference.bundle import load_bundle
from inference.engine import EngineError, load_engine
try:
    print(load_engine("tensorflow", load_bundle(Path({str(bundle.path)!r}))).name)
except EngineError as error:
    print(error)
"""
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "openvino"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert answer.stdout.startswith(printed)
