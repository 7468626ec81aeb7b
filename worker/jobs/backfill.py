"""Backfills and shadows: predict in the background what other releases have predicted.

It has a queue and a process of its own, which ends after each run and gives its memory back; the
process has the least claim to the processors, and steps back while a person's photo waits. A step
is a few photos: their predictions, what their outfits count as and the place in the walk are
written in one transaction, so a worker that is killed has done a step wholly or not at all.
"""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F
from numpy.typing import NDArray

from classifier.leases import Lease, LeaseLost
from classifier.lifecycle.queued import person_waits
from classifier.models import Backfill, Prediction, Release
from classifier.releases import backfills
from classifier.releases.stretches import Seen, following, settled_until
from classifier.reviews.speaking import let_speak
from classifier.reviews.verdicts import lock
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing, StorageUnavailable
from inference.bundle import BundleError
from inference.engine import EngineError
from inference.probe import ProbeFailed
from inference.signatures import KeyRefused
from worker.loaded_model import LoadedModel, load, worker_name
from worker.predictions import Fault, fetch_photo, prediction_of

log = structlog.get_logger(__name__)

PHOTOS = 16
"""Predicted in a step: a tenth of a second of two cores, for which a person's photo may wait."""
OUTFITS = 500
"""Looked at in a step at most, where most were predicted before."""
AT_THE_END_S = 1
"""Until what is being written now is settled."""
STEP_BACK_S = 0.05


class _NotNow(Exception):
    """The photos cannot be read at the moment; the message says why."""


PASSING = (StorageUnavailable, ObjectMissing, DatabaseError, _NotNow)


def step_behind_everybody() -> None:
    """Let this process, and what it starts, run after all others that want the processor.

    Not only where nobody else does (`SCHED_IDLE`): a step holds rows that a promotion waits for.
    """
    os.nice(19)


def run_backfills() -> None:
    """Work at all that waits, in turns, until nothing is due."""
    if count := backfills.return_expired():
        log.warning("backfill_leases_expired", count=count)
    backfills.end_shadows()
    while lease := backfills.claim(worker_name()):
        work(lease)


def work(lease: Lease[Backfill]) -> None:
    """Go on with this job until it is done, has caught up, or another's turn has come."""
    end = time.monotonic() + settings.FASI_BACKFILL_TURN_S
    row = lease.row
    shadow = row.kind == Backfill.Kind.SHADOW
    model: LoadedModel | None = None
    try:
        if not shadow and row.place_at is None and settled_until() < row.until:
            backfills.put_back(lease, AT_THE_END_S)
            return
        while True:
            ahead = _cut(following(row, OUTFITS), row.deaths)
            if not ahead:
                if shadow:
                    backfills.put_back(lease, settings.FASI_BACKFILL_S)
                else:
                    backfills.finish(lease)
                return
            if (
                model is None
                and not _ends_workers(row)
                and any(not each.predicted for each in ahead)
            ):
                model = load(row.release)
            _take(lease, ahead, model)
            if time.monotonic() > end and backfills.others_wait(lease):
                backfills.put_back(lease, 0)
                return
    except LeaseLost:
        log.info("backfill_stopped", backfill=row.pk)
    except (BundleError, EngineError, KeyRefused, ProbeFailed) as error:
        backfills.fail(lease, f"{type(error).__name__}: {error}")
        log.error("backfill_failed", backfill=row.pk, error=str(error))
    except SoftTimeLimitExceeded:
        backfills.put_back(lease, 0)
        raise
    except PASSING as error:
        log.warning("backfill_put_back", backfill=row.pk, error=str(error))
        _put_back(lease, error)
    except Exception as error:
        # A full disk, or a mistake of ours. A task that ended with it would count as a death, which
        # no photo has to answer for, and the page would not say why nothing goes on.
        log.exception("backfill_put_back", backfill=row.pk)
        _put_back(lease, error)


def _put_back(lease: Lease[Backfill], error: Exception) -> None:
    with suppress(DatabaseError):  # its lease runs out
        backfills.put_back(lease, settings.FASI_BACKFILL_S, f"{type(error).__name__}: {error}")


def _ends_workers(row: Backfill) -> bool:
    """Whether its workers died at the next photo, each of them."""
    most: int = settings.FASI_MAX_ATTEMPTS
    return row.deaths >= most


def _cut(ahead: Sequence[Seen], deaths: int) -> list[Seen]:
    """The outfits of one step: so far that a few photos are to be predicted.

    After a death a single one is, so that it is known which photo ends workers.
    """
    few = 1 if deaths else PHOTOS
    chosen = []
    for each in ahead:
        few -= not each.predicted
        if few < 0:
            break
        chosen.append(each)
    return chosen


def _take(lease: Lease[Backfill], ahead: Sequence[Seen], model: LoadedModel | None) -> None:
    """One step. Raises LeaseLost, EngineError, _NotNow, DatabaseError."""
    row = lease.row
    new = [each for each in ahead if not each.predicted]
    if _ends_workers(row):  # go on behind it
        log.warning("backfill_photo_ends_workers", outfits=[str(each.id) for each in new])
        new = []
    predictions = _predict(new, model) if model and new else []
    _step_back(lease)
    last = ahead[-1]
    with transaction.atomic():
        ids = [each.id for each in ahead]
        there = lock(ids)  # no prediction is written under a row that goes
        # Only now: whoever promotes or rolls back waits for this, and photos may take long to go.
        status = backfills.status_of(row.release_id)
        kept = [each for each in predictions if each.outfit_id in there]
        Prediction.objects.bulk_create(kept, ignore_conflicts=True)
        if status == Release.Status.ACTIVE:
            let_speak(row.release_id, ids)
        backfills.renew(
            lease,
            place_at=last.classified,
            place_id=last.id,
            done=F("done") + len(ahead),
            predicted=F("predicted") + len(kept),
            skipped=F("skipped") + sum(not each.predicted for each in ahead) - len(predictions),
            milliseconds=F("milliseconds") + sum(each.milliseconds for each in kept),
        )
    row.place_at, row.place_id, row.deaths = last.classified, last.id, 0
    if row.kind == Backfill.Kind.SHADOW and status != Release.Status.SHADOW:
        backfills.end_shadows()  # the next step finds its lease lost
    row.share = Backfill.objects.values_list("share", flat=True).get(pk=row.pk)


@dataclass(frozen=True)
class _Photo:
    """See `worker.predictions.Photo`."""

    outfit_id: UUID
    wardrobe: str


def _predict(new: Sequence[Seen], model: LoadedModel) -> list[Prediction]:
    """What the model says of those whose photo can be read; nothing is shown yet."""
    fetched = list(objects.fetchers().map(fetch_photo, [each.thumb_key for each in new]))
    ready: list[tuple[_Photo, NDArray[np.uint8]]] = []
    for each, photo in zip(new, fetched, strict=True):
        if not isinstance(photo, Fault):
            ready.append((_Photo(each.id, each.wardrobe), photo))
        elif photo.lasting:
            log.warning("backfill_photo_skipped", outfit=str(each.id), reason=photo.code.value)
        else:
            raise _NotNow(photo.text)
    if not ready:
        return []
    started = time.perf_counter()
    outputs = model.engine.run(np.stack([photo for _, photo in ready]))
    milliseconds = 1000 * (time.perf_counter() - started) / len(ready)
    predictions = []
    for place, (of, _) in enumerate(ready):
        prediction = prediction_of(of, outputs, place, model, milliseconds)
        prediction.shown = False
        predictions.append(prediction)
    return predictions


def _step_back(lease: Lease[Backfill]) -> None:
    """While a person's photo waits, do nothing; but not for ever, nor until the lease runs out."""
    end = time.monotonic() + settings.FASI_BACKFILL_LEASE_S / 4
    while person_waits() and time.monotonic() < end:
        time.sleep(STEP_BACK_S)
