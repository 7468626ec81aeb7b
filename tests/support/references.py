"""References that a test makes up: clusters of embeddings, one a style."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.bundle import write_sums
from inference.reference import PERCENTS, REFERENCE, Reference, histogram, nearest

STYLES = 13
"""As many as the starter knows."""


def unit(vectors: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """The vectors [N, D] at unit length."""
    given = np.asarray(vectors, np.float32)
    return np.asarray(given / np.linalg.norm(given, axis=1, keepdims=True), np.float32)


def clustered(count: int, seed: int = 0, shift: float = 0) -> npt.NDArray[np.float32]:
    """Embeddings [count, 256] around one point a style; ``shift`` moves all of them elsewhere."""
    points = np.random.default_rng(7).normal(size=(STYLES, 256))
    random = np.random.default_rng(seed)
    noise = random.normal(size=(count, 256))
    direction = np.zeros(256)
    direction[0] = shift * 16
    return unit(points[random.integers(STYLES, size=count)] + noise + direction)


def made_up_reference(count: int = 260, unsure: int = 39) -> Reference:
    """A reference of ``count`` photos, equally many of each style."""
    seen, later = clustered(count), clustered(count, seed=1)
    distances = nearest(later, seen)
    confidences = np.linspace(0.3, 0.99, count)
    return Reference(
        embeddings=seen,
        distances=np.percentile(distances, np.linspace(0, 100, PERCENTS)).astype(np.float32),
        styles=np.bincount(np.arange(count) % STYLES, minlength=STYLES),
        confidences=histogram(confidences),
        unsure=unsure,
    )


def add_reference(folder: Path, reference: Reference | None = None) -> None:
    """Give the bundle in ``folder`` a reference, as a training of today does."""
    with (folder / REFERENCE).open("wb") as file:
        (reference or made_up_reference()).save(file)
    write_sums(folder)
