"""What a release has seen: a sample of its training photos' embeddings, and its usual answers.

``reference.npz`` of a bundle; older bundles have none. Embeddings of two releases are never
compared: each lives in the space that its own training fitted. No Django.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

import numpy as np
import numpy.typing as npt

REFERENCE = "reference.npz"
NEIGHBOURS = 10
"""The distance of an embedding is measured to so many of the reference."""
BINS = 20
"""Equally wide bins of confidence, 0 to 1."""
PERCENTS = 101
_AT_A_TIME = 2000

Floats = npt.NDArray[np.float32]


class DamagedReference(ValueError):
    """A reference that cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True)
class Reference:
    """What the traffic of a release is compared with.

    ``embeddings`` float32 [N, D] of unit length: photos it was fitted on, drawn at random, but
    none of people's own (see ``training.export.reference``). The rest is what it says of its
    validation photos, as it is served: ``distances`` float32 [101], the percentiles of their
    distance to ``embeddings``; ``styles`` int64 [C], how often each style is the top one, in the
    order of the taxonomy; ``confidences`` int64 [20], a histogram; ``unsure``, how many are.
    """

    embeddings: Floats
    distances: Floats
    styles: npt.NDArray[np.int64]
    confidences: npt.NDArray[np.int64]
    unsure: int

    @property
    def photos(self) -> int:
        """How many validation photos it rests on."""
        return int(self.styles.sum())

    def distances_of(self, embeddings: npt.ArrayLike) -> Floats:
        """How far each of embeddings [N, D] is from the training photos: float32 [N], 0 to 2.

        One minus the mean cosine to the ten nearest of the sample (distance to the k nearest
        neighbours as a score of novelty: Ramaswamy, Rastogi, Shim, 2000; of embeddings: Sun et al.,
        Out-of-Distribution Detection with Deep Nearest Neighbors, 2022).
        """
        asked = np.asarray(embeddings, np.float32)
        return nearest(asked, self.embeddings)

    def unusualness(self, distances: npt.ArrayLike) -> Floats:
        """The share of validation photos that are nearer than each of ``distances``: 0 to 1.

        At 0.99 one of a hundred photos like those of training is as far away or farther.
        """
        places = np.interp(
            np.asarray(distances, np.float32), self.distances, np.linspace(0, 1, PERCENTS)
        )
        return np.asarray(places, np.float32)

    def save(self, file: IO[bytes]) -> None:
        """Write ``reference.npz``; embeddings in half precision."""
        np.savez(
            file,
            embeddings=self.embeddings.astype(np.float16),
            distances=self.distances.astype(np.float32),
            styles=self.styles.astype(np.int64),
            confidences=self.confidences.astype(np.int64),
            unsure=np.int64(self.unsure),
        )


def read_reference(data: bytes) -> Reference:
    """The content of ``reference.npz``. Raises DamagedReference."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            reference = Reference(
                arrays["embeddings"].astype(np.float32),
                arrays["distances"].astype(np.float32),
                arrays["styles"].astype(np.int64),
                arrays["confidences"].astype(np.int64),
                int(arrays["unsure"]),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedReference(f"{REFERENCE} is damaged.") from error
    if not _is_sound(reference):
        raise DamagedReference(f"{REFERENCE} holds arrays that do not belong together.")
    return reference


def nearest(embeddings: Floats, known: Floats, neighbours: int = NEIGHBOURS) -> Floats:
    """One minus the mean cosine of each of [N, D] to the nearest of ``known`` [M, D]: [N]."""
    count = min(neighbours, len(known))
    found = np.empty(len(embeddings), np.float32)
    for start in range(0, len(embeddings), _AT_A_TIME):
        cosines = embeddings[start : start + _AT_A_TIME] @ known.T
        best = np.partition(cosines, -count, axis=1)[:, -count:]
        found[start : start + _AT_A_TIME] = 1 - best.mean(axis=1)
    return found


def histogram(confidences: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """How many confidences [N] are in each of the bins: int64 [20]."""
    places = np.minimum((confidences * BINS).astype(int), BINS - 1)
    return np.bincount(places, minlength=BINS).astype(np.int64)


def _is_sound(reference: Reference) -> bool:
    return (
        reference.embeddings.ndim == 2
        and len(reference.embeddings) > 1
        and bool(np.isfinite(reference.embeddings).all())
        and reference.distances.shape == (PERCENTS,)
        and bool((np.diff(reference.distances) >= 0).all())
        and reference.styles.ndim == 1
        and reference.confidences.shape == (BINS,)
        and reference.confidences.sum() == reference.styles.sum()
        and 0 <= reference.unsure <= reference.styles.sum()
        and bool((reference.styles >= 0).all() and (reference.confidences >= 0).all())
    )
