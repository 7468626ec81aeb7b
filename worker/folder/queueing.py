"""The photos of a folder through the site's queue: a batch, behind whoever waits for one photo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from django.core.files.base import File

from classifier.batches.service import add_photo
from classifier.models import Batch, Outfit
from classifier.uploads.accept import Accepted
from classifier.uploads.refusals import Refusal, Refused
from worker.folder.files import Found


def enqueue(
    files: Iterable[Found],
    folder: Path,
    batch: Batch,
    *,
    wardrobe: str = "",
    on_progress: Callable[[str, Accepted | str], None],
) -> None:
    """Accept each file into `batch`; `on_progress` gets each path with what came of it.

    Quotas hold as for uploads: a rate that is reached is waited for. Raises Refused where waiting
    does not help and every other file would meet the same: a quota that is used up, or no storage.
    """
    for file in files:
        name = file.name(folder)
        if file.error:
            on_progress(name, file.error)
            continue
        try:
            accepted = _accept(file.path, name, batch, wardrobe)
        except Refused as refused:
            if refused.reason in _FOR_ALL:
                raise
            on_progress(name, f"{refused.reason}: {refused.sentence}")
        except OSError as error:
            on_progress(name, f"unreadable: {error.strerror}.")
        else:
            on_progress(name, accepted)


_FOR_ALL = (
    Refusal.DAILY_QUOTA,
    Refusal.STORAGE_QUOTA,
    Refusal.STORAGE_UNAVAILABLE,
    Refusal.BATCH_CANCELLED,
    Refusal.UNKNOWN_WARDROBE,
)


def _accept(path: Path, name: str, batch: Batch, wardrobe: str) -> Accepted:
    while True:
        try:
            with path.open("rb") as file:
                return add_photo(
                    batch, File(file), name=name, wardrobe=wardrobe, source=Outfit.Source.FOLDER
                )
        except Refused as refused:
            if refused.reason is not Refusal.RATE:
                raise
            time.sleep(refused.retry_after_s)
