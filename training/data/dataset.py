"""The photos of a run as arrays: read as the site would keep them, labelled."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from tqdm import tqdm

from imaging.reasons import Rejected
from inference.taxonomy import Taxonomy
from training.arrays import Images, Labels, Weights
from training.data.labelled import Photo
from training.data.others import gate_kind
from training.data.pictures import input_of, thumb_file
from training.errors import TrainingError


@dataclass(frozen=True)
class Split:
    """``thumbs`` JPEG files, ``images`` uint8 [N, 224, 224, 3] as served, ``labels`` [N] (index in
    the taxonomy), where the photos came from, and ``weights`` [N], how much each counts."""

    thumbs: tuple[bytes, ...]
    images: Images
    labels: Labels
    sources: tuple[str, ...]
    weights: Weights


def load_splits(photos: Sequence[Photo], taxonomy: Taxonomy) -> tuple[Split, Split]:
    """The training and the validation split of checked photos, each in the order given.

    Raises TrainingError for a photo that cannot be read any more.
    """
    train, val = (load_split(photos, taxonomy, name) for name in ("train", "val"))
    return train, val


def load_split(photos: Sequence[Photo], taxonomy: Taxonomy, name: str) -> Split:
    """One of them, of at least one photo; raises TrainingError likewise."""
    chosen = [photo for photo in photos if photo.split == name]
    labels = [taxonomy.ids.index(photo.style) for photo in chosen]
    return _loaded(chosen, labels, f"Reading {name}")


def load_others(photos: Sequence[Photo]) -> Split:
    """Photos without an outfit, in the order given; ``labels`` are places in KINDS.

    Raises TrainingError for a photo that cannot be read any more.
    """
    return _loaded(photos, [gate_kind(photo.style) for photo in photos], "Reading others")


def _loaded(chosen: Sequence[Photo], labels: Sequence[int], what: str) -> Split:
    with ThreadPoolExecutor(cpu_count()) as pool:
        thumbs = tuple(tqdm(pool.map(_thumb, chosen), what, len(chosen), unit="photos"))
        images = np.stack(list(pool.map(input_of, thumbs)))
    return Split(
        thumbs=thumbs,
        images=images,
        labels=np.array(labels, np.int64),
        sources=tuple(photo.source for photo in chosen),
        weights=np.array([photo.weight for photo in chosen], np.float64),
    )


def _thumb(photo: Photo) -> bytes:
    try:
        return thumb_file(photo.path)
    except (OSError, Rejected) as error:
        raise TrainingError(
            f"{photo.path} cannot be read any more ({error}): prepare the dataset again."
        ) from error
