"""The photos of a run as arrays: checked, decoded, labelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from classifier.taxonomy import Taxonomy
from training.data import Photo, check_counts, fault_of, of_taxonomy
from training.head import Labels
from training.pictures import served_input

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Split:
    """``images`` uint8 [N, 224, 224, 3], ``labels`` [N] (index in the taxonomy), their sources."""

    images: Images
    labels: Labels
    sources: tuple[str, ...]


def load_splits(
    photos: Sequence[Photo], taxonomy: Taxonomy, say: Callable[[str], None] = print
) -> tuple[Split, Split]:
    """The training and the validation split of all usable photos.

    Says which styles are left out and names every photo that is skipped, and why. Raises
    TrainingError when a style keeps too few photos.
    """
    kept, left_out = of_taxonomy(photos, taxonomy)
    for style, count in sorted(left_out.items()):
        say(f"Left out: {count} photos of {style!r}, a style that {taxonomy.id!r} does not have.")
    usable: list[Photo] = []
    with ThreadPoolExecutor(cpu_count()) as pool:
        faults = tqdm(pool.map(fault_of, kept), "Checking", len(kept), unit="photos")
        for photo, fault in zip(kept, faults, strict=True):
            if fault is None:
                usable.append(photo)
            else:
                say(f"Skipped: {photo.path} ({fault}).")
    check_counts(usable, taxonomy)
    return _split(usable, taxonomy, "train"), _split(usable, taxonomy, "val")


def _split(photos: Sequence[Photo], taxonomy: Taxonomy, name: str) -> Split:
    chosen = [photo for photo in photos if photo.split == name]
    with ThreadPoolExecutor(cpu_count()) as pool:
        inputs = pool.map(served_input, [photo.path for photo in chosen])
        images = np.stack(list(tqdm(inputs, f"Reading {name}", len(chosen), unit="photos")))
    return Split(
        images=images,
        labels=np.array([taxonomy.ids.index(photo.style) for photo in chosen], np.int64),
        sources=tuple(photo.source for photo in chosen),
    )
