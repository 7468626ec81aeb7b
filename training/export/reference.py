"""``reference.npz``: what the traffic of the release will be compared with (see inference)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.bundle import Bundle
from inference.calibration import Calibration
from inference.engine import Outputs, load_engine
from inference.reference import PERCENTS, REFERENCE, Reference, histogram, nearest
from training.arrays import Floats, Images, Probabilities
from training.data.dataset import Split
from training.export.measure import BATCH
from training.runs import Run

SAMPLE = 1000
LEAST = 50
"""With fewer photos of training a distance to them says nothing."""
OWN = "history"
"""The source of photos that people uploaded and consented to train with."""


def write_reference(folder: Path, run: Run, train: Split, val: Split, threshold: float) -> bool:
    """Write the file into the bundle's folder, by its INT8 engine. False: it has none.

    People's own photos are left out of the sample. A bundle is copied and kept, and the embedding
    of one photo would outlive the photo and its owner's consent; counts of what the model says of
    many photos do not tell of any one. Where fewer than fifty other photos trained, there is no
    file.
    """
    chosen = sample_of(train.sources, run.recipe.seed)
    if len(chosen) < LEAST:
        return False
    seen = np.concatenate([each.embeddings for each in _outputs(folder, run, train.images[chosen])])
    said = _outputs(folder, run, val.images)
    reference = reference_of(
        seen,
        np.concatenate([each.embeddings for each in said]),
        np.concatenate([each.probabilities for each in said]),
        threshold,
    )
    with (folder / REFERENCE).open("wb") as file:
        reference.save(file)
    return True


def sample_of(sources: tuple[str, ...], seed: int) -> list[int]:
    """The places of at most a thousand photos, drawn at random, none of them people's own."""
    others = [place for place, source in enumerate(sources) if source != OWN]
    drawn = np.random.default_rng(seed).permutation(len(others))[:SAMPLE]
    return sorted(others[place] for place in drawn)


def reference_of(
    seen: Floats, embeddings: Floats, probabilities: Probabilities, threshold: float
) -> Reference:
    """From embeddings ``seen`` in training [N, D], and what is said of validation photos [M]."""
    # As the file keeps them, so that whoever reads it finds the same distances.
    kept = seen.astype(np.float16).astype(np.float32)
    distances = nearest(embeddings, kept)
    confidences = probabilities.max(axis=1)
    return Reference(
        embeddings=kept,
        distances=np.percentile(distances, np.linspace(0, 100, PERCENTS)).astype(np.float32),
        styles=np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1]),
        confidences=histogram(confidences),
        unsure=int((confidences < threshold).sum()),
    )


def _outputs(folder: Path, run: Run, images: Images) -> list[Outputs]:
    bundle = Bundle(folder, "", run.taxonomy, Calibration(1.0, 0.0, ""), {})
    engine = load_engine("openvino", bundle)
    return [engine.run(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
