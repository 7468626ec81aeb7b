"""Splits in which every style and source has its share, and photos that look alike stay together.

Groups are dealt one by one, the largest first, to the side that lacks their styles and sources
most: the greedy way of scikit-learn's StratifiedGroupKFold, with sources and unequal sides added.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from training.data.labelled import LEAST_PHOTOS, SPLITS, VALIDATION_SHARE, Photo
from training.errors import TrainingError

Key = tuple[str, ...]
"""What is balanced: all photos ``()``, a style, a style of a source."""


def split_photos(
    photos: Sequence[Photo], val_share: float = VALIDATION_SHARE, seed: int = 0
) -> list[Photo]:
    """The photos, in their order, each with a split.

    Those that have a split keep it, and draw the rest of their group after them: to validation
    where a part of the group is there. ``val_share`` of every style and source goes to validation,
    more of a style so small that it would not have enough there. The same seed and photos give the
    same splits.
    """
    sides: dict[int, str] = {index: photo.split for index, photo in enumerate(photos)}
    groups = []
    for group in _groups(photos, seed):
        given = {sides[index] for index in group} - {""}
        if not given:
            groups.append(group)
        for index in group if given else ():
            sides[index] = sides[index] or ("val" if "val" in given else "train")
    targets = _split_targets(photos, val_share)
    filled = [_counts(p for i, p in enumerate(photos) if sides[i] == split) for split in SPLITS]
    for group, side in zip(groups, _deal(photos, groups, targets, filled), strict=True):
        for index in group:
            sides[index] = SPLITS[side]
    return [replace(photo, split=sides[index]) for index, photo in enumerate(photos)]


def folds(photos: Sequence[Photo], k: int, seed: int = 0) -> list[list[Photo]]:
    """``k`` versions of the photos: each photo is ``val`` in one of them and ``train`` in the rest.

    Their own splits do not matter. Raises TrainingError for fewer than two folds, or more than a
    style has photos that do not look alike.
    """
    groups = _groups(photos, seed)
    styles = Counter(style for group in groups for style in {photos[i].style for i in group})
    most = min(styles.values(), default=0)
    if not 2 <= k <= most:
        raise TrainingError(
            f"{k} folds cannot be made: at least 2, and at most {most}, the distinct photos of the"
            " rarest style."
        )
    shares = {key: count / k for key, count in _counts(photos).items()}
    sides = _deal(photos, groups, [shares] * k, [Counter() for _ in range(k)])
    fold_of = {index: side for group, side in zip(groups, sides, strict=True) for index in group}
    return [
        [
            replace(photo, split="val" if fold_of[index] == fold else "train")
            for index, photo in enumerate(photos)
        ]
        for fold in range(k)
    ]


def _groups(photos: Sequence[Photo], seed: int) -> list[list[int]]:
    """Indexes of the photos of each group, or of single ones; shuffled, the largest first."""
    members: dict[str, list[int]] = defaultdict(list)
    for index, photo in enumerate(photos):
        members[photo.group or f"single {index}"].append(index)
    groups = list(members.values())
    random.Random(seed).shuffle(groups)  # noqa: S311 - nothing secret
    return sorted(groups, key=len, reverse=True)


def _keys(photo: Photo) -> tuple[Key, Key, Key]:
    return (), (photo.style,), (photo.style, photo.source)


def _counts(photos: Iterable[Photo]) -> Counter[Key]:
    return Counter(key for photo in photos for key in _keys(photo))


def _split_targets(photos: Sequence[Photo], val_share: float) -> list[dict[Key, float]]:
    """How many photos of each key the training and the validation side should have."""
    val: dict[Key, float] = defaultdict(float)
    counts = _counts(photos)
    for photo in photos:
        enough = min(0.5, (LEAST_PHOTOS + 1) / counts[photo.style,])  # one more, as it is rounded
        for key in _keys(photo):
            val[key] += max(val_share, enough)
    return [{key: counts[key] - val[key] for key in counts}, val]


def _deal(
    photos: Sequence[Photo],
    groups: Iterable[Sequence[int]],
    targets: Sequence[Mapping[Key, float]],
    filled: Sequence[Counter[Key]],
) -> list[int]:
    """The side of each group: where the squared, relative distance to the targets shrinks most."""
    sides = []
    for group in groups:
        counts = _counts(photos[index] for index in group)
        costs = [
            sum(
                count * (2 * (have[key] - target[key]) + count) / target[key]
                for key, count in counts.items()
            )
            for have, target in zip(filled, targets, strict=True)
        ]
        side = costs.index(min(costs))
        filled[side].update(counts)
        sides.append(side)
    return sides
