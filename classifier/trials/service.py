"""What visitors do: try a photo, ask again, keep it in a new account; and programs: ask once."""

import hashlib
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from http import HTTPStatus
from threading import BoundedSemaphore

import structlog
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from classifier.history.days import day_taken
from classifier.lifecycle.wakeup import wake_worker
from classifier.limits import rates
from classifier.models import Outfit, Prediction
from classifier.monitoring.metrics import TRIALS
from classifier.trials import lane
from classifier.trials.results import prediction_of
from classifier.uploads.accept import Accepted, accept_photo, display_name
from classifier.uploads.refusals import Refusal, Refused
from classifier.uploads.sanitise import sanitise
from classifier.web import ip_group
from imaging.sanitised import Sanitised

log = structlog.get_logger(__name__)

DECODING_WAITS_S = 1.0
# Of the decoders of a process visitors have one at a time: the other is for people with an account.
_decoding = BoundedSemaphore(1)
LOOK_EACH_S = 0.02
Window = tuple[str, int, int]
"""The name of a counter, the seconds that it counts for, and how much it takes."""
# Of those who decode or wait for it: each keeps a thread of the process busy.
_places = BoundedSemaphore(settings.FASI_TRIALS_DECODING)
# Programs that wait for an answer hold a thread, too: together with those above not all of them.
_answers = BoundedSemaphore(settings.FASI_CLASSIFYING)


class NotTried(Exception):
    """A trial is turned away; has what `Refused` has."""

    reason: str
    status: int
    sentence: Promise
    retry_after_s: int


class Busy(NotTried):
    """So many try at the moment that strangers would keep others waiting."""

    reason = "trials_busy"
    status = HTTPStatus.TOO_MANY_REQUESTS
    sentence = _("Many people are trying this right now. Try again in a few seconds.")
    retry_after_s = 5


class Away(NotTried):
    """Valkey does not answer."""

    reason = "trials_away"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    sentence = _("Trying without an account isn’t available right now. Try again in a minute.")
    retry_after_s = 30


def begin_trial(upload: File[bytes], ip_address: str, *, sample: bool = False) -> uuid.UUID:
    """Check and decode a visitor's photo, keep it in memory and wake a worker. Its id.

    Raises Refused, with the same sentences as for uploads, and NotTried.
    """
    return _begun(upload, _visitors_rates(ip_address), sample=sample)


def classify_once(upload: File[bytes], owner_id: int) -> Prediction:
    """What the model says of the photo that somebody's program sent; nothing is kept of it.

    It is in memory until the answer, PATIENCE_S and the decoding at most. Raises Refused, NotTried.
    """
    if not _answers.acquire(blocking=False):
        raise Busy
    try:
        key = f"classify:{owner_id}:{rates.this_minute()}"
        trial_id = _begun(upload, [(key, rates.MINUTE, settings.FASI_CLASSIFY_PER_MINUTE)])
        try:
            with _told_away():
                return _answer(trial_id)
        finally:
            replace(trial_id)
    finally:
        _answers.release()


def _answer(trial_id: uuid.UUID) -> Prediction:
    while (trial := lane.look(trial_id)) and not trial.busy:
        if trial.said:
            prediction = prediction_of(trial.said)
            if prediction is not None:
                return prediction
            break  # its release was removed meanwhile
        time.sleep(LOOK_EACH_S)
    raise Busy


def _begun(upload: File[bytes], windows: Sequence[Window], *, sample: bool = False) -> uuid.UUID:
    try:
        with _told_away():
            trial_id = _begin(upload, windows, sample=sample)
    except (Refused, NotTried) as refusal:
        TRIALS.labels(str(refusal.reason)).inc()
        raise
    TRIALS.labels("begun").inc()
    wake_worker()
    return trial_id


def ask_again(trial_id: uuid.UUID, ip_address: str) -> None:
    """Let a trial wait that no worker came to. Raises Refused, NotTried."""
    with _told_away():
        _check_rates(_visitors_rates(ip_address))
        if not lane.again(trial_id):
            raise Busy
    wake_worker()


def want(trial_id: uuid.UUID) -> float:
    """Leave a visitor time to come by an account. How many seconds; 0: the trial is over.

    Raises NotTried.
    """
    with _told_away():
        return lane.prolong(trial_id)


def replace(trial_id: uuid.UUID) -> None:
    """Forget a trial whose visitor sent another photo, so that nobody reaches it any more."""
    try:
        lane.forget(trial_id)
    except RedisError as error:
        log.warning("trial_not_forgotten", error=str(error))  # it ends by itself


def keep(
    trial_id: uuid.UUID, owner_id: int, ip_address: str, zone: tzinfo, source: Outfit.Source
) -> Accepted | None:
    """Make the trial's photo an upload of this person. None where the trial is over.

    Raises Refused, NotTried.
    """
    with _told_away():
        kept = lane.kept(trial_id)
        if kept is None:
            return None
        taken = datetime.fromisoformat(kept.taken) if kept.taken else None
        accepted = accept_photo(
            owner_id,
            ContentFile(kept.photo, name=kept.name),
            ip_address=ip_address,
            day=day_taken(taken, zone),
            zone=zone,
            source=source,
            sha256=kept.sha256,
        )
        lane.forget(trial_id)
    TRIALS.labels("kept").inc()
    return accepted


def _begin(upload: File[bytes], windows: Sequence[Window], *, sample: bool) -> uuid.UUID:
    _check_rates(windows)
    if upload.size > settings.FASI_TRIAL_BYTES:
        raise Refused(Refusal.TOO_LARGE, most_bytes=settings.FASI_TRIAL_BYTES)
    if lane.is_full():
        raise Busy
    data = upload.read()
    clean = _decoded(data)
    trial_id = uuid.uuid4()
    begun = lane.begin(
        trial_id,
        {
            "photo": clean.photo,
            "thumb": clean.thumb,
            "width": clean.width,
            "height": clean.height,
            "sample": int(sample),
            "name": display_name(upload.name or ""),
            "sha256": hashlib.sha256(data).hexdigest(),
            "taken": clean.taken.isoformat() if clean.taken else "",
        },
    )
    if not begun:
        raise Busy
    return trial_id


def _decoded(data: bytes) -> Sanitised:
    if not _places.acquire(blocking=False):
        raise Busy
    try:
        if not _decoding.acquire(timeout=DECODING_WAITS_S):
            raise Busy
        try:
            return sanitise(data)
        finally:
            _decoding.release()
    finally:
        _places.release()


def _visitors_rates(ip_address: str) -> list[Window]:
    minute = rates.this_minute()
    return [
        (
            f"trials:address:{ip_group(ip_address)}:{minute}",
            rates.MINUTE,
            settings.FASI_TRIALS_PER_MINUTE_ADDRESS,
        ),
        (f"trials:all:{minute}", rates.MINUTE, settings.FASI_TRIALS_PER_MINUTE),
    ]


def _check_rates(windows: Sequence[Window]) -> None:
    """The first of them is of whoever asks alone."""
    over = rates.first_over(*windows)
    if over is not None:
        raise Busy() if over else Refused(Refusal.RATE)


@contextmanager
def _told_away() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        log.warning("trials_away", error=str(error))
        raise Away from error
