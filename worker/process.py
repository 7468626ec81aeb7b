"""Steps 5 to 8 of the way of one photo: claim, fetch and decode, infer, finish."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image

from classifier import objects
from classifier.failures import Failure
from classifier.models import Prediction
from classifier.objects import ObjectMissing, StorageUnavailable
from classifier.states import Claim, claim_outfits, fail, finish, put_back, work_waits
from classifier.wakeup import wake_worker
from worker.engine import Outputs
from worker.preprocess import model_input
from worker.runtime import Held, held, worker_name
from worker.wardrobe import within_wardrobe

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Fault:
    """Why one photo cannot be classified now; a lasting one need not be tried again."""

    code: Failure
    text: str
    lasting: bool


def work(budget_s: float) -> int:
    """Claim and classify until nothing waits or the budget is spent. Returns how many were done.

    The budget keeps a task well inside its soft limit and lets sweeps and shutdowns come through;
    what then still waits gets a new wake-up.
    """
    end = time.monotonic() + budget_s
    done = 0
    while time.monotonic() < end:
        now = held()
        claims = claim_outfits(worker_name(), settings.FASI_CLAIM_SIZE)
        if not claims:
            return done
        done += process(claims, now)
    if work_waits():
        wake_worker()
    return done


def process(claims: Sequence[Claim], now: Held) -> int:
    """Classify what was claimed. A photo that is at fault does not hurt its claim-mates."""
    try:
        fetched = list(objects.fetchers().map(_fetch, claims))
        ready = [(c, f) for c, f in zip(claims, fetched, strict=True) if not isinstance(f, Fault)]
        for claim, fault in zip(claims, fetched, strict=True):
            if isinstance(fault, Fault):
                _give_up(claim, fault)
        results = _infer([c for c, _ in ready], [pixels for _, pixels in ready], now)
        finished = finish(results)
    except SoftTimeLimitExceeded:
        put_back(claims, Failure.TIMED_OUT, "The task's soft time limit ran out.")
        raise
    for claim, prediction in results:
        log.info(
            "outfit_done" if claim.outfit_id in finished else "lease_was_lost",
            outfit=str(claim.outfit_id),
            attempt=claim.attempt,
            style=prediction.style,
            confidence=round(prediction.confidence, 3),
        )
    return len(finished)


def _fetch(claim: Claim) -> NDArray[np.uint8] | Fault:
    try:
        data = objects.get(claim.thumb_key)
    except ObjectMissing:
        return Fault(Failure.OBJECT_MISSING, f"no object {claim.thumb_key}", lasting=True)
    except StorageUnavailable as error:
        return Fault(Failure.STORAGE_UNAVAILABLE, str(error), lasting=False)
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            return model_input(image)
    except Exception as error:  # whatever a decoder says of broken bytes, only this row fails
        return Fault(Failure.OBJECT_BROKEN, f"{type(error).__name__}: {error}", lasting=True)


def _give_up(claim: Claim, fault: Fault) -> None:
    log.warning(
        "outfit_fault", outfit=str(claim.outfit_id), attempt=claim.attempt, reason=fault.code.value
    )
    (fail if fault.lasting else put_back)([claim], fault.code, fault.text)


def _infer(
    claims: Sequence[Claim], pixels: Sequence[NDArray[np.uint8]], now: Held
) -> list[tuple[Claim, Prediction]]:
    """One call of the engine for all; if it raises, one call each, to find the photo at fault."""
    if not claims:
        return []
    started = time.perf_counter()
    try:
        outputs = now.engine.run(np.stack(pixels))
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        if len(claims) == 1:
            _give_up(claims[0], Fault(Failure.ENGINE, repr(error), lasting=False))
            return []
        return [
            result
            for claim, photo in zip(claims, pixels, strict=True)
            for result in _infer([claim], [photo], now)
        ]
    milliseconds = 1000 * (time.perf_counter() - started) / len(claims)
    return [
        (claim, _prediction(claim, outputs, row, now, milliseconds))
        for row, claim in enumerate(claims)
    ]


def _prediction(
    claim: Claim, outputs: Outputs, row: int, now: Held, milliseconds: float
) -> Prediction:
    taxonomy = now.bundle.taxonomy
    probabilities = within_wardrobe(outputs.probabilities[row], taxonomy, claim.wardrobe)
    top = int(probabilities.argmax())
    confidence = float(probabilities[top])
    # The engine's map speaks for its own top style: it would explain another of a wardrobe wrongly.
    explained = top == int(outputs.probabilities[row].argmax())
    return Prediction(
        outfit_id=claim.outfit_id,
        release=now.release,
        probabilities=probabilities.tolist(),
        style=taxonomy.ids[top],
        confidence=confidence,
        decided=confidence >= now.bundle.calibration.threshold,
        activation_map=map_bytes(outputs.activation_maps[row]) if explained else b"",
        embedding=outputs.embeddings[row].tolist(),
        milliseconds=milliseconds,
    )


def map_bytes(activation_map: NDArray[np.float32]) -> bytes:
    """The activation map [7, 7] as 49 bytes, row by row: 0 where nothing spoke for the style."""
    positive = np.maximum(activation_map, 0)
    strongest = float(positive.max())
    scaled = positive * (255 / strongest) if strongest > 0 else positive
    return scaled.round().astype(np.uint8).tobytes()
