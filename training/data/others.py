"""Photos that show no outfit that could be judged: what the gate learns to turn away.

Their kind stands where an outfit has its style. Whatever their manifest says of splits is not kept:
pictures of one source look alike (one camera, one screen design), so the gate is judged by folds of
whole sources (``training.model.gate``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from inference.calibration import KINDS, NONE, PEOPLE
from training.data.checking import Checked, Dropped, check_all
from training.data.deduplicate import sort_twins
from training.data.labelled import Photo, read_photos

PEOPLE_KINDS = ("face", "hands", "crowd", "group", "people")
"""Folders of photos with people in them; all others show nobody."""


def gate_kind(kind: str) -> int:
    """The place in KINDS of what a folder or manifest calls ``kind``."""
    return KINDS.index(PEOPLE if kind in PEOPLE_KINDS else NONE)


def read_others(
    folders: Iterable[Path], twin_distance: int
) -> tuple[list[Checked], list[Dropped], list[Dropped]]:
    """All photos of the folders that are good, those with bad files, and those that are twins.

    A folder has a ``manifest.csv`` with a column ``kind``, or folders like ``food/photo.jpg``.
    Raises TrainingError for a folder that is neither.
    """
    photos = [
        replace(photo, path=photo.path.resolve(), split="train")
        for folder in folders
        for photo in read_photos(folder, "kind")
    ]
    good, bad = check_all(photos)
    kept, twins = sort_twins(good, twin_distance)
    return kept, bad, twins


def say_others(photos: Sequence[Photo], say: Callable[[str], None]) -> None:
    """One line about what there is."""
    kinds = len({photo.style for photo in photos})
    sources = len({photo.source for photo in photos})
    say(f"{len(photos):,} photos without an outfit, of {kinds} kinds and {sources} sources.")


def kinds_of(photos: Iterable[Photo]) -> dict[str, int]:
    """How many photos there are of each kind."""
    return dict(sorted(Counter(photo.style for photo in photos).items()))
