"""An answer that comes when an outfit is finished, without keeping a thread of the site busy."""

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse

WAITING = "/_waiting"
LONGEST_S = 20


def answer_later(outfit_id: uuid.UUID, seconds: int, then: str) -> HttpResponse | None:
    """Have nginx ask again at the path `then` once the outfit is finished, or the time is over.

    It waits in `fasi_site.waiting`, however many do. None where no nginx stands in front: then the
    caller has to answer now. The path must not wait again.
    """
    if not settings.BEHIND_NGINX or seconds <= 0:
        return None
    asked = {"outfit": outfit_id, "seconds": min(seconds, LONGEST_S), "then": then}
    return HttpResponse(headers={"X-Accel-Redirect": f"{WAITING}?{urlencode(asked, safe='/')}"})
