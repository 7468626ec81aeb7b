"""How many requests one person's programs may send: a window of a minute, counted in Redis."""

import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from classifier.api.problems import Problem
from classifier.limits.rates import MINUTE, count
from classifier.models import ApiToken
from classifier.uploads.refusals import Refusal, Refused

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Allowance:
    """What is left of a window (below 0: too much was asked), and when the next one begins."""

    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers-07, which programs know best."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(0, self.remaining)),
            "RateLimit-Reset": str(self.reset_s),
        }


def count_request(token: ApiToken) -> Allowance | None:
    """Count one request. Returns what is left; None where Redis does not answer."""
    limit = settings.FASI_API_REQUESTS_PER_MINUTE
    minute, second = divmod(int(time.time()), MINUTE)
    try:
        (used,) = count((f"api:{token.owner_id}:{minute}", MINUTE))
    except RedisError as error:
        log.warning("rate_not_checked", error=str(error))
        return None
    return Allowance(limit, limit - used, MINUTE - second)


def too_many(allowance: Allowance) -> Problem:
    """The answer to a request beyond the limit."""
    return Problem(
        Refusal.RATE,
        Refused(Refusal.RATE).status,
        _(
            "Your programs sent more than %(limit)d requests in a minute. Try again in %(seconds)d "
            "seconds."
        )
        % {"limit": allowance.limit, "seconds": allowance.reset_s},
        {"Retry-After": str(allowance.reset_s)},
    )
