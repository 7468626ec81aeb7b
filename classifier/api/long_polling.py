"""`?wait=` where no nginx stands in front (there, `classifier.lifecycle.waiting` holds no thread).

A waiting request keeps a thread of the web process busy, and there are few of those. So only
FASI_API_WAITERS of a process may wait at a time; the others are answered at once, as if they had
not asked to wait. While it waits a request holds no database connection.
"""

import threading
import time
import uuid
from functools import lru_cache

from django.conf import settings
from django.db import connection

from classifier.lifecycle.waiting import LONGEST_S
from classifier.models import Outfit

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0
FINISHED = (Outfit.Status.DONE, Outfit.Status.FAILED)


@lru_cache(maxsize=1)
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(settings.FASI_API_WAITERS)


def wait_until_finished(outfit_id: uuid.UUID, seconds: float) -> None:
    """Return when the outfit is done, failed or gone, when the time is over, or no place is free.

    Looks often at first, since most outfits take a fifth of a second, and less often later.
    """
    places = _places()
    if seconds <= 0 or not places.acquire(blocking=False):
        return
    try:
        end = time.monotonic() + min(seconds, LONGEST_S)
        pause = FIRST_PAUSE_S
        while _still_open(outfit_id) and (left := end - time.monotonic()) > 0:
            connection.close()
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE_S)
    finally:
        places.release()


def _still_open(outfit_id: uuid.UUID) -> bool:
    return Outfit.objects.filter(pk=outfit_id).exclude(status__in=FINISHED).exists()
