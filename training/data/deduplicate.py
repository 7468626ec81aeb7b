"""Copies of one photo: all but one are dropped, and photos that are merely alike share a group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from training.data.checking import Checked, Dropped
from training.data.files import Reason
from training.data.perceptual_hash import TWIN_DISTANCE, Pairs, find_pairs


def sort_twins(
    photos: Sequence[Checked], twin_distance: int = TWIN_DISTANCE
) -> tuple[list[Checked], list[Dropped]]:
    """The photos that are kept, each with its group, and the twins that are not.

    Twins are files of the same bytes, and photos within ``twin_distance`` bits of each other (0:
    neither those nor groups are looked for). The first of them is kept, a validation photo before
    all others. Where twins carry different styles nobody knows the right one: all are dropped.
    """
    files = _same_files(photos)
    pairs = find_pairs([copies[0].look for copies in files], twin_distance)
    twins = _neighbours(pairs)
    kept: dict[int, Checked] = {}
    dropped: list[Dropped] = []
    for number, copies in enumerate(files):
        family = [*copies, *(copy for twin in twins[number] for copy in files[twin])]
        if len({member.photo.style for member in family}) > 1:
            dropped += [_conflict(copy, family) for copy in copies]
            continue
        first = next((kept[twin] for twin in twins[number] if twin in kept), None)
        if first is None:
            first = kept[number] = copies[0]
        dropped += [
            Dropped(copy.photo, Reason.TWIN, first.photo.path)
            for copy in copies
            if copy is not first
        ]
    return _grouped(kept, pairs), dropped


def _same_files(photos: Sequence[Checked]) -> list[list[Checked]]:
    """Photos by the bytes of their files, in order, but what holds a validation photo first."""
    files: dict[str, list[Checked]] = defaultdict(list)
    for checked in sorted(photos, key=lambda checked: checked.photo.split != "val"):
        files[checked.photo.sha256].append(checked)
    return list(files.values())


def _neighbours(pairs: Pairs) -> Mapping[int, list[int]]:
    twins: dict[int, list[int]] = defaultdict(list)
    for one, other in zip(pairs.first[pairs.twins], pairs.second[pairs.twins], strict=True):
        twins[int(one)].append(int(other))
        twins[int(other)].append(int(one))
    return defaultdict(list, {number: sorted(others) for number, others in twins.items()})


def _conflict(checked: Checked, family: Sequence[Checked]) -> Dropped:
    """``checked`` as dropped because of another style in its family, or else of another copy."""
    style = checked.photo.style
    others = [member for member in family if member is not checked]
    other = next((member for member in others if member.photo.style != style), others[0])
    return Dropped(checked.photo, Reason.CONFLICT, other.photo.path)


def _grouped(kept: Mapping[int, Checked], pairs: Pairs) -> list[Checked]:
    """The kept photos; those that are alike, directly or by others, get one group's name."""
    count = max([*kept, *pairs.second.tolist()], default=-1) + 1
    stays = np.isin(np.arange(count), list(kept))
    edges = stays[pairs.first] & stays[pairs.second]
    first, second = pairs.first[edges], pairs.second[edges]
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(count, count))
    labels = connected_components(graph, directed=False)[1]
    members: dict[int, list[int]] = defaultdict(list)
    for number in kept:
        members[int(labels[number])].append(number)
    names = {
        number: kept[numbers[0]].photo.sha256[:12]
        for numbers in members.values()
        if len(numbers) > 1
        for number in numbers
    }
    return [
        replace(checked, photo=replace(checked.photo, group=names.get(number, "")))
        for number, checked in kept.items()
    ]
