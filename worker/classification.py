"""Steps 5 to 8 of the way of one photo: claim, fetch and decode, infer, finish."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from classifier.lifecycle.attempts import fail, give_back, interrupt, postpone, put_back
from classifier.lifecycle.claims import Claim, claim_outfits, finish
from classifier.lifecycle.failures import Failure
from classifier.lifecycle.queued import work_waits
from classifier.lifecycle.wakeup import wake_worker
from classifier.models import Prediction
from classifier.monitoring.metrics import CLAIM_SIZE, FAULTS, FINISHED, LEASES_LOST, STEP, WAIT
from classifier.personalization.writing import keep, personal_answers
from classifier.storage import objects, thumb_cache
from worker.loaded_model import LoadedModel, loaded_model, worker_name
from worker.predictions import Fault, fetch_photo, prediction_of
from worker.trials import answer_trials, trials_wait

log = structlog.get_logger(__name__)


class PrefetchedClaim:
    """A claim whose photos are on their way while the engine is busy with the claim before.

    A photo that may kill the process is fetched and decoded only when it is its turn.
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.alone = any(claim.alone for claim in claims)
        self._coming = None if self.alone else self._fetch_all()

    def photos(self) -> list[NDArray[np.uint8] | Fault]:
        """What came of each claim, in their order; waits for it."""
        return list(self._coming or self._fetch_all())

    def _fetch_all(self) -> Iterator[NDArray[np.uint8] | Fault]:
        handed_on = {} if self.alone else thumb_cache.take([each.thumb_key for each in self.claims])
        thumbs = [handed_on.get(claim.thumb_key) for claim in self.claims]
        return objects.fetchers().map(fetch_photo, (each.thumb_key for each in self.claims), thumbs)


def work(budget_s: float) -> int:
    """Claim and classify until nothing waits or the budget is spent. Returns how many were done.

    Photos of visitors are taken between two claims.

    One claim is fetched while the one before it is in the engine. The budget keeps a task well
    inside its soft limit and lets sweeps and shutdowns come through; what then still waits gets a
    new wake-up.
    """
    end = time.monotonic() + budget_s
    done = 0
    model = loaded_model()  # raises before anything is claimed
    current = _claim()
    while current or (time.monotonic() < end and answer_trials(model := loaded_model())):
        if current is None:
            current = _claim()
            continue
        ahead = None
        try:
            if not current.alone and time.monotonic() < end:
                ahead = _claim(beside_others=True)
            done += process(current, model)
            current = None  # from here on only what was fetched ahead is unfinished
            answer_trials(model)
            if ahead is None and time.monotonic() < end:
                ahead = _claim()
            if ahead:
                model = loaded_model()  # another release may have become active
        except BaseException as error:
            _leave(current, ahead, error)
            raise
        current = ahead
    if time.monotonic() >= end and (work_waits() or trials_wait()):
        wake_worker()
    return done


def _leave(
    current: PrefetchedClaim | None, ahead: PrefetchedClaim | None, error: BaseException
) -> None:
    """Nothing waits out its lease because its worker gave up; what is finished is not touched."""
    code, text = Failure.WORKER_LOST, f"The worker gave up: {error!r}"
    if isinstance(error, SoftTimeLimitExceeded):
        code, text = Failure.TIMED_OUT, "The task's soft time limit ran out."
    try:
        if current:
            interrupt(current.claims, code, text)
        if ahead:
            give_back(ahead.claims)
    except DatabaseError:
        log.exception("claims_not_put_back")  # their leases run out


def _claim(*, beside_others: bool = False) -> PrefetchedClaim | None:
    with STEP.labels("claim").time():
        claims = claim_outfits(worker_name(), settings.FASI_CLAIM_SIZE, beside_others=beside_others)
    if claims:
        CLAIM_SIZE.observe(len(claims))
    if len(claims) == settings.FASI_CLAIM_SIZE:
        wake_worker()  # more waits than one worker takes at a time: another may help
    return PrefetchedClaim(claims) if claims else None


def process(prefetched: PrefetchedClaim, model: LoadedModel) -> int:
    """Classify what was claimed. A photo that is at fault does not hurt its claim-mates."""
    with STEP.labels("fetch").time():
        fetched = list(zip(prefetched.claims, prefetched.photos(), strict=True))
    for claim, photo in fetched:
        if isinstance(photo, Fault):
            _give_up(claim, photo)
    ready = [(claim, photo) for claim, photo in fetched if not isinstance(photo, Fault)]
    results = _infer([claim for claim, _ in ready], [pixels for _, pixels in ready], model)
    with STEP.labels("finish").time():
        predictions = [prediction for _, prediction in results]
        with transaction.atomic():
            personal = personal_answers(predictions)
            finished = finish(results)
            keep(personal, finished)
    at = timezone.now()
    for claim, prediction in results:
        if claim.outfit_id not in finished:
            LEASES_LOST.inc()
            log.warning("lease_was_lost", outfit=str(claim.outfit_id), attempt=claim.attempt)
            continue
        FINISHED.labels(model.engine.name).inc()
        WAIT.observe((at - claim.queued_at).total_seconds())
        log.info(
            "outfit_done",
            outfit=str(claim.outfit_id),
            attempt=claim.attempt,
            kind=prediction.kind,
            style=prediction.style,
            confidence=round(prediction.confidence, 3),
        )
    return len(finished)


def _give_up(claim: Claim, fault: Fault) -> None:
    FAULTS.labels(fault.code.value).inc()
    log.warning(
        "outfit_fault", outfit=str(claim.outfit_id), attempt=claim.attempt, reason=fault.code.value
    )
    if fault.code is Failure.STORAGE_UNAVAILABLE:
        postpone([claim], fault.code, fault.text)
    else:
        (fail if fault.lasting else put_back)([claim], fault.code, fault.text)


def _infer(
    claims: Sequence[Claim], pixels: Sequence[NDArray[np.uint8]], model: LoadedModel
) -> list[tuple[Claim, Prediction]]:
    """One call of the engine for all; if it raises, one call each, to find the photo at fault."""
    if not claims:
        return []
    started = time.perf_counter()
    try:
        with STEP.labels("infer").time():
            outputs = model.engine.run(np.stack(pixels))
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if len(claims) == 1:
            _give_up(claims[0], Fault(Failure.ENGINE, repr(error), lasting=False))
            return []
        return [
            result
            for claim, photo in zip(claims, pixels, strict=True)
            for result in _infer([claim], [photo], model)
        ]
    milliseconds = 1000 * (time.perf_counter() - started) / len(claims)
    return [
        (claim, prediction_of(claim, outputs, row, model, milliseconds))
        for row, claim in enumerate(claims)
    ]
