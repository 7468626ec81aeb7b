"""References that a test makes up: clusters of embeddings, one a style."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from inference.bundle import write_sums
from inference.reference import PERCENTS, REFERENCE, Reference, histogram, nearest

if TYPE_CHECKING:
    from classifier.models import Release

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


def release_with_reference() -> "Release":
    """An active release whose bundle in the bucket has a made-up reference, and nothing else."""
    from classifier.models import Release
    from classifier.storage import objects

    file = BytesIO()
    made_up_reference().save(file)
    sums = f"{hashlib.sha256(file.getvalue()).hexdigest()}  {REFERENCE}\n".encode()
    sha256 = hashlib.sha256(sums).hexdigest()
    key = f"{objects.BUNDLES}{sha256}/"
    objects.put(f"{key}{REFERENCE}", file.getvalue(), "application/octet-stream")
    objects.put(f"{key}SHA256SUMS", sums, "text/plain")
    styles = [{"id": f"style{place}", "names": {"en": f"Style {place}"}} for place in range(STYLES)]
    return Release.objects.create(
        name="with a reference",
        bundle_key=key,
        sha256=sha256,
        taxonomy={"id": "made-up", "styles": styles},
        status=Release.Status.ACTIVE,
    )
