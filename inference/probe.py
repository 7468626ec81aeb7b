"""The probe of a bundle: a few pictures, and what each engine is to say about them.

Sums show that the files are those that were written; the probe shows that they do on this machine
what they did where they were made: that the engine reads them, feeds them in the right way and
computes what it should. It takes an engine's time for a handful of photos.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.bundle import PROBE, Bundle, BundleError
from inference.engine import Engine, Outputs
from inference.preprocessing import INPUT_SIZE

LARGEST_BYTES = 64 * 1024**2
"""What a probe may hold when it is unpacked: over 400 pictures."""
_IMAGES = "images"
_PARTS = ("probabilities", "embeddings", "gates")
REFERENCE = "tensorflow"
"""Whose answers an engine is held against that the probe does not know, where they are there."""


@dataclass(frozen=True)
class Tolerance:
    """How far answers may be from the expected ones.

    ``probability`` is the largest difference of a probability, of a style or a kind; ``cosine``
    the least cosine of the angle between two embeddings.
    """

    probability: float
    cosine: float


TOLERANCES: Mapping[str, Tolerance] = {
    "openvino": Tolerance(probability=0.1, cosine=0.95),
    "tensorflow": Tolerance(probability=0.02, cosine=0.999),
}
"""By engine. INT8 is computed in other ways with VNNI than without: one right answer may be as far
from another as from the float model's. docs/training.md has what was measured; allowed is twice as
much. A GPU's TensorFloat-32 keeps ten bits."""
_OTHERS = TOLERANCES["openvino"]


class ProbeFailed(Exception):
    """The engine does not say what the bundle's probe expects; the message says where."""


@dataclass(frozen=True)
class Probe:
    """``images`` uint8 [N, 224, 224, 3], and by engine what it is to say about them.

    Activation maps are not compared: they follow the top style.
    """

    images: npt.NDArray[np.uint8]
    expected: Mapping[str, Outputs]


def write_probe(folder: Path, probe: Probe) -> None:
    """Write the probe into the bundle ``folder``, before its sums are written."""
    arrays: dict[str, npt.NDArray[Any]] = {_IMAGES: probe.images}
    for engine, outputs in probe.expected.items():
        for part in _PARTS:
            if (said := getattr(outputs, part)) is not None:
                arrays[f"{engine}.{part}"] = said
    np.savez_compressed(folder / PROBE, allow_pickle=False, **arrays)


def read_probe(bundle: Bundle) -> Probe:
    """The probe of a verified bundle. Raises BundleError when it has none, or none to be read."""
    path = bundle.path / PROBE
    if not path.is_file():
        raise BundleError(f"The bundle {bundle.path} has no {PROBE}: it cannot be tried.")
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_BYTES:
                raise BundleError(f"{path} is larger than a probe may be.")
        with np.load(path, allow_pickle=False) as arrays:
            return _parsed(dict(arrays), path)
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise BundleError(f"{path} is no readable probe.") from error


def _parsed(arrays: dict[str, npt.NDArray[Any]], path: Path) -> Probe:
    images = arrays.pop(_IMAGES, np.empty(0))
    if images.dtype != np.uint8 or images.shape[1:] != (INPUT_SIZE, INPUT_SIZE, 3):
        raise BundleError(f"{path} has no pictures of {INPUT_SIZE} x {INPUT_SIZE} pixels.")
    expected = {}
    for engine in sorted({name.partition(".")[0] for name in arrays}):
        said = [arrays.get(f"{engine}.{part}") for part in _PARTS]
        if (
            said[0] is None
            or said[1] is None
            or any(
                each is not None and (each.ndim != 2 or len(each) != len(images)) for each in said
            )
        ):
            raise BundleError(f"{path} does not say of each picture what {engine} is to answer.")
        maps = np.empty((len(images), 0, 0), np.float32)
        expected[engine] = Outputs(said[0], said[1], maps, said[2])
    if not len(images) or not expected:
        raise BundleError(f"{path} has no picture, or no engine's answers.")
    return Probe(images, expected)


def check_probe(engine: Engine, probe: Probe) -> None:
    """Run the probe. Raises ProbeFailed with the first difference, EngineError as ``run`` does.

    An engine that the probe does not know is held against the float model, as widely as INT8 is.
    """
    expected = probe.expected.get(engine.name)
    tolerance = TOLERANCES.get(engine.name, _OTHERS)
    if expected is None:
        expected = probe.expected.get(REFERENCE) or next(iter(probe.expected.values()))
        tolerance = _OTHERS
    said = engine.run(probe.images)
    for what, found, wanted in (
        ("the probability of a style", said.probabilities, expected.probabilities),
        ("the gate", said.gates, expected.gates),
    ):
        if found is None or wanted is None:
            continue
        if found.shape != wanted.shape:
            raise ProbeFailed(
                f"The engine {engine.name} answers the probe with {list(found.shape)} numbers for"
                f" {what}, not {list(wanted.shape)}."
            )
        _hold(np.abs(found - wanted).max(axis=1), tolerance.probability, engine.name, what)
    cosines = (said.embeddings * expected.embeddings).sum(axis=1)
    _hold(1 - cosines, 1 - tolerance.cosine, engine.name, "the direction of the embedding")


def _hold(differences: npt.NDArray[Any], allowed: float, engine: str, what: str) -> None:
    # Not a number is no answer either.
    if not (differences <= allowed).all():
        worst = int(np.argmax(np.nan_to_num(differences, nan=np.inf)))
        raise ProbeFailed(
            f"The engine {engine} does not say of the probe's picture {worst + 1} what it should:"
            f" {what} differs by {float(differences[worst]):.3f}, and {allowed:.3f} is allowed."
        )
