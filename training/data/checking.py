"""Every photo of a run is read once: bad ones are told apart, good ones get size and look."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count
from pathlib import Path

from tqdm import tqdm

from inference.preprocessing import model_input
from training.data.files import BadPhotoError, Reason, open_photo
from training.data.labelled import Photo
from training.data.perceptual_hash import Look, look_of


@dataclass(frozen=True)
class Dropped:
    """A photo that was left out, why, and for twins ``of`` which photo it is one."""

    photo: Photo
    reason: Reason
    of: Path | None = None


@dataclass(frozen=True)
class Checked:
    """A good photo, with the checksum of its file; its upright size in pixels, and its look."""

    photo: Photo
    width: int
    height: int
    look: Look


def check_all(photos: Sequence[Photo]) -> tuple[list[Checked], list[Dropped]]:
    """Read every photo, with a progress bar; good and bad ones, each in the order given."""
    good: list[Checked] = []
    bad: list[Dropped] = []
    with ThreadPoolExecutor(cpu_count()) as pool:
        for result in tqdm(pool.map(check, photos), "Checking", len(photos), unit="photos"):
            if isinstance(result, Checked):
                good.append(result)
            else:
                bad.append(result)
    return good, bad


def check(photo: Photo) -> Checked | Dropped:
    """Read and decode one photo to its end; what is wrong with it is in the answer."""
    try:
        file = open_photo(photo.path, photo.sha256)
    except BadPhotoError as error:
        return Dropped(photo, error.reason)
    look = look_of(model_input(file.image))
    return Checked(replace(photo, sha256=file.sha256), file.width, file.height, look)
