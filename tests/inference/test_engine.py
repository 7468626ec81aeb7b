"""The OpenVINO engine with the bundle that ships."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from inference.bundle import Bundle, load_bundle, write_sums
from inference.engine import Engine, EngineError, load_engine
from inference.preprocessing import model_input

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "models" / "starter"

Images = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(STARTER)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Engine:
    return load_engine("openvino", bundle)


@pytest.fixture(scope="module")
def images() -> Images:
    random = np.random.default_rng(3)
    return np.stack([model_input(drawn_outfit(random)) for _ in range(5)])


def drawn_outfit(random: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", (213, 320), tuple(random.integers(0, 256, 3)))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((85, 15, 128, 65), fill=(224, 190, 160))
    draw.rectangle((60, 65, 153, 180), fill=tuple(random.integers(0, 256, 3)))
    draw.polygon([(60, 180), (153, 180), (170, 305), (43, 305)], tuple(random.integers(0, 256, 3)))
    return picture


def test_the_outputs_have_their_shapes(engine: Engine, bundle: Bundle, images: Images) -> None:
    outputs = engine.run(images)

    assert outputs.probabilities.shape == (5, len(bundle.taxonomy.styles))
    assert outputs.embeddings.shape == (5, 256)
    assert outputs.activation_maps.shape == (5, 7, 7)
    for output in (outputs.probabilities, outputs.embeddings, outputs.activation_maps):
        assert output.dtype == np.float32


def test_probabilities_sum_to_one_and_embeddings_have_unit_length(
    engine: Engine, images: Images
) -> None:
    outputs = engine.run(images)

    assert outputs.probabilities.min() >= 0
    assert outputs.probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-4)
    assert np.linalg.norm(outputs.embeddings, axis=1) == pytest.approx(np.ones(5), abs=1e-4)


def test_a_photo_gets_the_same_answer_alone_and_among_others(
    engine: Engine, images: Images
) -> None:
    together = engine.run(images)

    for index in range(5):
        alone = engine.run(images[index : index + 1])
        assert alone.probabilities[0] == pytest.approx(together.probabilities[index], abs=1e-3)
        assert alone.embeddings[0] == pytest.approx(together.embeddings[index], abs=1e-3)
        assert alone.activation_maps[0] == pytest.approx(together.activation_maps[index], abs=1e-2)


def test_the_answer_depends_on_the_photo(engine: Engine, images: Images) -> None:
    probabilities = engine.run(images).probabilities

    assert np.ptp(probabilities, axis=0).max() > 0.01


def test_an_earlier_answer_is_not_overwritten(engine: Engine, images: Images) -> None:
    first = engine.run(images[:1])
    before = first.probabilities.copy()
    engine.run(images[1:2])

    assert (first.probabilities == before).all()


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((0, 224, 224, 3), np.uint8),
        np.zeros((224, 224, 3), np.uint8),
        np.zeros((1, 3, 224, 224), np.uint8),
        np.zeros((1, 224, 224, 3), np.float32),
    ],
)
def test_anything_but_images_is_refused(engine: Engine, wrong: Images) -> None:
    with pytest.raises(EngineError, match="The engine"):
        engine.run(wrong)


def test_an_unknown_engine_is_refused_with_the_known_ones(bundle: Bundle) -> None:
    sentence = r"There is no engine 'abacus'; known engines: openvino, tensorflow\."
    with pytest.raises(EngineError, match=sentence):
        load_engine("abacus", bundle)


def test_a_runtime_that_is_not_installed_is_named(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "inference.engine.tensorflow", raising=False)
    monkeypatch.setitem(sys.modules, "keras", None)

    with pytest.raises(
        EngineError,
        match=r"needs the package 'keras'; run: pip install -r requirements/tensorflow\.txt",
    ):
        load_engine("tensorflow", bundle)


def test_a_bundle_without_openvino_weights_is_refused(tmp_path: Path, bundle: Bundle) -> None:
    empty = Bundle(tmp_path, "", bundle.taxonomy, bundle.calibration, {})

    with pytest.raises(EngineError, match=r"has no style\.xml"):
        load_engine("openvino", empty)


def test_weights_that_openvino_cannot_read_are_refused(tmp_path: Path, bundle: Bundle) -> None:
    (tmp_path / "style.xml").write_text("<net")
    broken = Bundle(tmp_path, "", bundle.taxonomy, bundle.calibration, {})

    with pytest.raises(EngineError, match="OpenVINO cannot load"):
        load_engine("openvino", broken)


def test_a_taxonomy_of_another_size_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(STARTER, tmp_path / "bundle")
    taxonomy = json.loads((folder / "taxonomy.json").read_text())
    taxonomy["styles"].pop()
    (folder / "taxonomy.json").write_text(json.dumps(taxonomy))
    write_sums(folder)

    with pytest.raises(EngineError, match="has 13 styles, its taxonomy 12"):
        load_engine("openvino", load_bundle(folder))


def test_the_engine_needs_no_tensorflow_and_no_django_and_little_memory() -> None:
    script = f"""
import resource, sys
import numpy as np
from inference.bundle import load_bundle
from inference.engine import load_engine
from inference.preprocessing import model_input
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
load_engine("openvino", load_bundle({str(STARTER)!r})).run(np.zeros((32, 224, 224, 3), np.uint8))
added = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(added, *sorted({{"tensorflow", "keras", "django", "nncf"}} & set(sys.modules)))
"""
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()

    assert printed[1:] == []
    assert int(printed[0]) < 190, "MiB added by the engine"
