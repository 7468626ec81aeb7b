"""The probe of a bundle tells an engine that computes what it should from one that does not."""

import io
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from inference.bundle import Bundle, BundleError, load_bundle, write_sums
from inference.engine import Engine, Outputs, load_engine
from inference.probe import LARGEST_BYTES, ProbeFailed, check_probe, read_probe, write_probe
from tests.conftest import STARTER
from tests.support.probed_bundle import renew


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("probed") / "bundle"
    shutil.copytree(STARTER, copy, ignore=shutil.ignore_patterns("style.keras", "probe.npz"))
    return renew(copy)


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return load_bundle(folder)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Engine:
    return load_engine("openvino", bundle)


class Off:
    """The real engine, whose answers are then changed."""

    name = "openvino"

    def __init__(self, engine: Engine, change: Callable[[Outputs], Outputs]) -> None:
        self.engine, self.change = engine, change

    def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
        return self.change(self.engine.run(images))


def test_the_engine_that_wrote_it_passes(bundle: Bundle, engine: Engine) -> None:
    probe = read_probe(bundle)
    assert bundle.format == 1
    assert len(probe.images) == 6
    check_probe(engine, probe)


def test_a_small_difference_passes_and_a_large_one_does_not(bundle: Bundle, engine: Engine) -> None:
    probe = read_probe(bundle)
    rolled = Off(engine, lambda said: replace(said, probabilities=np.roll(said.probabilities, 1)))
    slightly = Off(engine, lambda said: replace(said, probabilities=said.probabilities + 0.01))
    check_probe(slightly, probe)
    with pytest.raises(ProbeFailed, match=r"picture . what it should: the probability of a style"):
        check_probe(rolled, probe)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda said: replace(said, embeddings=-said.embeddings), "the direction of the embedding"),
        (lambda said: replace(said, gates=said.gates[:, ::-1]), "the gate"),
        (lambda said: replace(said, probabilities=said.probabilities * np.nan), "differs by nan"),
        (lambda said: replace(said, probabilities=said.probabilities[:, 1:]), "numbers for"),
    ],
    ids=["embedding", "gate", "nan", "shape"],
)
def test_every_answer_is_compared(
    bundle: Bundle, engine: Engine, change: Callable[[Outputs], Outputs], what: str
) -> None:
    with pytest.raises(ProbeFailed, match=what):
        check_probe(Off(engine, change), read_probe(bundle))


def test_swapped_colours_do_not_pass(bundle: Bundle, engine: Engine) -> None:
    class Swapped:
        name = "openvino"

        def run(self, images: npt.NDArray[np.uint8]) -> Outputs:
            return engine.run(np.ascontiguousarray(images[..., ::-1]))

    with pytest.raises(ProbeFailed):
        check_probe(Swapped(), read_probe(bundle))


def test_an_engine_that_the_probe_does_not_know_is_held_against_one_that_it_knows(
    bundle: Bundle, engine: Engine
) -> None:
    other = Off(engine, lambda said: said)
    other.name = "other"
    check_probe(other, read_probe(bundle))
    other.change = lambda said: replace(said, embeddings=-said.embeddings)
    with pytest.raises(ProbeFailed, match="The engine other"):
        check_probe(other, read_probe(bundle))


def archive(**arrays: npt.NDArray[np.generic]) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    return content.getvalue()


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("images.npy", bytes(LARGEST_BYTES + 1))
    return content.getvalue()


IMAGES = np.zeros((2, 224, 224, 3), np.uint8)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no archive", "no readable probe"),
        (bomb(), "larger than a probe"),
        (archive(images=IMAGES[:, 1:]), "has no pictures of 224 x 224"),
        (archive(images=IMAGES), "or no engine's answers"),
        (archive(images=IMAGES, **{"openvino.gates": np.zeros((2, 3))}), "does not say of each"),
        (
            archive(
                images=IMAGES,
                **{"openvino.probabilities": np.zeros((1, 3)), "openvino.embeddings": IMAGES[0, 0]},
            ),
            "does not say of each",
        ),
    ],
    ids=["noise", "bomb", "sizes", "no-answers", "no-probabilities", "too-few"],
)
def test_what_is_no_probe_is_refused(folder: Path, content: bytes, sentence: str) -> None:
    path = folder / "probe.npz"
    good = path.read_bytes()
    path.write_bytes(content)
    try:
        write_sums(folder)
        with pytest.raises(BundleError, match=sentence):
            read_probe(load_bundle(folder))
    finally:
        path.write_bytes(good)
        write_sums(folder)


def test_a_bundle_of_the_first_format_has_no_probe(folder: Path, tmp_path: Path) -> None:
    old = Path(shutil.copytree(folder, tmp_path / "old"))
    (old / "probe.npz").unlink()
    write_sums(old)
    with pytest.raises(BundleError, match=r"incomplete: it has no probe\.npz"):
        load_bundle(old)
    (old / "release.json").unlink()
    write_sums(old)
    bundle = load_bundle(old)
    assert (bundle.format, bundle.made) == (0, None)
    with pytest.raises(BundleError, match="cannot be tried"):
        read_probe(bundle)


def test_answers_come_back_as_they_were_written(bundle: Bundle, tmp_path: Path) -> None:
    probe = read_probe(bundle)
    write_probe(tmp_path, probe)
    again = read_probe(replace(bundle, path=tmp_path))
    assert (again.images == probe.images).all()
    assert (again.expected["openvino"].embeddings == probe.expected["openvino"].embeddings).all()
