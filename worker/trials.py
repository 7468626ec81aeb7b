"""Photos of visitors who have no account: a few between two claims, so that outfits come first.

They are taken from a list in Valkey and the answers go back there: no row, no object, no attempt. A
trial whose worker dies is not taken again by itself; its visitor is told to try again. Beside a
full queue they get FASI_TRIALS_AT_ONCE places for each claim, and an outfit that comes while they
are in the engine waits for no more than these.
"""

import time
from io import BytesIO
from uuid import UUID

import numpy as np
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from PIL import Image
from redis.exceptions import RedisError

from classifier.monitoring.metrics import TRIALS
from classifier.trials import lane
from inference.preprocessing import model_input
from inference.verdict import verdict_at
from worker.loaded_model import LoadedModel

log = structlog.get_logger(__name__)


def answer_trials(model: LoadedModel) -> int:
    """Classify a few that wait. Returns how many were taken."""
    try:
        taken = lane.take(settings.FASI_TRIALS_AT_ONCE)
        if taken:
            _answer(taken, model)
    except RedisError as error:
        log.warning("trials_not_answered", error=str(error))
        return 0
    return len(taken)


def trials_wait() -> bool:
    """Whether there are some; none where Valkey does not say."""
    try:
        return lane.some_wait()
    except RedisError:
        return False


def _answer(taken: list[tuple[UUID, bytes]], model: LoadedModel) -> None:
    pixels = []
    for _id, thumb in taken:
        with Image.open(BytesIO(thumb), formats=("JPEG",)) as image:  # encoded by us
            pixels.append(model_input(image))
    started = time.perf_counter()
    try:
        outputs = model.engine.run(np.stack(pixels))
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        log.exception("trials_not_answered")  # their visitors are told to try again
        return
    milliseconds = 1000 * (time.perf_counter() - started) / len(taken)
    for row, (trial_id, _thumb) in enumerate(taken):
        verdict = verdict_at(outputs, row, model.bundle)
        lane.answer(
            trial_id,
            {
                "release": model.release.pk,
                "kind": verdict.kind,
                "gate": [] if verdict.gate is None else [round(float(x), 5) for x in verdict.gate],
                "probabilities": [round(float(each), 5) for each in verdict.probabilities],
                "style": verdict.style,
                "confidence": verdict.confidence,
                "decided": verdict.decided,
                "style_set": list(verdict.style_set),
                "milliseconds": milliseconds,
            },
        )
    TRIALS.labels("answered").inc(len(taken))
