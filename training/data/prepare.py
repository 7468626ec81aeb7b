"""From folders of labelled photos to a dataset: checked, without twins, split, written at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from inference.taxonomy import Taxonomy
from training import writing
from training.data.checking import Checked, Dropped, check_all
from training.data.deduplicate import sort_twins
from training.data.files import BAD_FILES, Reason
from training.data.labelled import (
    DATASET,
    VALIDATION_SHARE,
    Dataset,
    check_counts,
    of_taxonomy,
    read_photos,
)
from training.data.others import kinds_of, read_others, say_others
from training.data.perceptual_hash import TWIN_DISTANCE
from training.data.prepared import DROPPED, summary_of, write_dataset
from training.data.splits import split_photos
from training.errors import TrainingError

FEW = 3
"""Photos that are named of each kind on the terminal; ``dropped.csv`` names all."""
MOST_TWIN_DISTANCE = 20
"""Three times as many bits count as alike; beyond 60, photos of different things begin to."""


@dataclass(frozen=True)
class PrepareOptions:
    """What a run is told.

    Without ``skip_bad`` a missing, changed or unreadable file ends the run. ``twin_distance`` is in
    bits of 256; 0 finds equal files only. ``resplit`` forgets the splits of the manifests.
    ``others`` are folders of photos without an outfit, for the gate; there may be none.
    """

    photos: tuple[Path, ...]
    output: Path
    taxonomy: Taxonomy
    skip_bad: bool = False
    twin_distance: int = TWIN_DISTANCE
    val_share: float = VALIDATION_SHARE
    resplit: bool = False
    seed: int = 0
    others: tuple[Path, ...] = ()


def prepare(options: PrepareOptions, say: Callable[[str], None] = print) -> Dataset:
    """Check, sort out and split all photos, and write them to the output as a dataset.

    The output gets ``dataset.csv``, ``dropped.csv``, ``taxonomy.json`` and ``summary.json``, all at
    the end and in one step. Raises TrainingError for input that no dataset can be made of; then a
    dataset that was there stays as it was.
    """
    _check_options(options)
    writing.check_output(options.output, DATASET, "dataset")
    photos = [
        replace(photo, path=photo.path.resolve(), split="" if options.resplit else photo.split)
        for folder in options.photos
        for photo in read_photos(folder)
    ]
    say(f"Found {_many(len(photos))}.")
    known, unknown = of_taxonomy(photos, options.taxonomy)
    good, bad = check_all(known)
    kept, twins = sort_twins(good, options.twin_distance)
    others, bad_others, twin_others = read_others(options.others, options.twin_distance)
    if not options.skip_bad:
        _refuse_bad([*bad, *bad_others])
    dropped = [*(Dropped(photo, Reason.STYLE) for photo in unknown), *bad, *twins]
    dropped += [*bad_others, *twin_others]
    dropped.sort(key=lambda drop: (drop.reason, drop.photo.path))
    _say_dropped(dropped, say)
    kept.sort(key=lambda checked: (checked.photo.style, checked.photo.path))
    given = sum(bool(checked.photo.split) for checked in kept)
    kept = _split(kept, options)
    dataset = Dataset(
        options.taxonomy,
        tuple(checked.photo for checked in kept),
        tuple(checked.photo for checked in others),
    )
    check_counts(dataset.photos, options.taxonomy)
    summary = {
        "taxonomy": options.taxonomy.id,
        "options": _option_values(options),
        **summary_of(options.taxonomy, kept, given, dropped),
        "others": kinds_of(dataset.others),
    }
    write_dataset(options.output, options.taxonomy, (kept, others), dropped, summary)
    if dataset.others:
        say_others(dataset.others, say)
    _say_written(options.output, summary, say)
    return dataset


def _check_options(options: PrepareOptions) -> None:
    if not 0 < options.val_share < 1:
        raise TrainingError("The share of validation photos must lie between 0 and 1.")
    if not 0 <= options.twin_distance <= MOST_TWIN_DISTANCE:
        raise TrainingError(f"The distance of twins must lie between 0 and {MOST_TWIN_DISTANCE}.")


def _refuse_bad(bad: Iterable[Dropped]) -> None:
    faults = [drop for drop in bad if drop.reason in BAD_FILES]
    if not faults:
        return
    counts = Counter(drop.reason for drop in faults)
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in counts.items())
    named = ", ".join(f"{drop.photo.path} ({drop.reason})" for drop in faults[:FEW])
    raise TrainingError(
        f"{_many(len(faults))} cannot be used ({reasons}); the first: {named}."
        " Mend or remove the files, or leave them out with --skip-bad."
    )


def _split(kept: Sequence[Checked], options: PrepareOptions) -> list[Checked]:
    split = split_photos([checked.photo for checked in kept], options.val_share, options.seed)
    return [replace(checked, photo=photo) for checked, photo in zip(kept, split, strict=True)]


def _option_values(options: PrepareOptions) -> dict[str, Any]:
    return {
        "photos": [str(folder.absolute()) for folder in options.photos],
        "others": [str(folder.absolute()) for folder in options.others],
        "skip_bad": options.skip_bad,
        "twin_distance": options.twin_distance,
        "val_share": options.val_share,
        "resplit": options.resplit,
        "seed": options.seed,
    }


def _say_dropped(dropped: Sequence[Dropped], say: Callable[[str], None]) -> None:
    for reason, count in Counter(drop.reason for drop in dropped).items():
        say(f"Dropped {_many(count)}: {reason}.")
        for drop in [drop for drop in dropped if drop.reason == reason][:FEW]:
            of = f", of {drop.of}" if drop.of else ""
            say(f"  {drop.photo.path} ({drop.photo.style}{of})")
        if count > FEW:
            say(f"  and {count - FEW:,} more")


def _say_written(output: Path, summary: Mapping[str, Any], say: Callable[[str], None]) -> None:
    if given := summary["splits"]["given"]:
        say(f"{_many(given)} kept the split of their manifest; --resplit makes it anew.")
    if across := summary["splits"]["look_alikes_across"]:
        say(f"{_many(across)} have look-alikes on the other side; --resplit puts them on one.")
    train, val = summary["photos"]["train"], summary["photos"]["val"]
    say(f"Wrote {output}: {train:,} photos to train on, {val:,} to validate on; see {DROPPED}.")


def _many(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"
