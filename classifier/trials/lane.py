"""The memory of trials, and the queue in it: a few keys of Valkey that end by themselves.

A trial is a hash: the photo, the thumb, and facts about them. What the model said of it, its card
and since when it waits are keys beside it with the same end. Two more bound all of them together: a
list of those that wait, and a sorted set of those that are in memory.

Where more are in memory than may be, the one with the least time left ends early: nobody is turned
away because others tried before.

All functions raise RedisError where Valkey does not answer.
"""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache

from classifier.monitoring.metrics import TRIALS
from classifier.storage.cache_server import cache_server

PATIENCE_S = 8
"""Who waits longer is told to ask again."""
STALE_S = 30
"""The list of those that wait is forgotten after as long without another, so that a lane without a
worker does not stay full."""


@dataclass(frozen=True)
class Trial:
    """A trial without its pictures. `said` is what the model said, None while it waits."""

    id: uuid.UUID
    width: int
    height: int
    sample: bool
    waited_s: float
    left_s: float
    said: Mapping[str, Any] | None

    @property
    def busy(self) -> bool:
        """No worker came to it in time."""
        return self.said is None and self.waited_s > PATIENCE_S


@dataclass(frozen=True)
class Kept:
    """What an account takes over: the photo, and what the file it came from said."""

    photo: bytes
    name: str
    sha256: str
    taken: str


def is_full() -> bool:
    """Whether one more would be turned away: asked before a photo is decoded for nothing."""
    most: int = settings.FASI_TRIALS_WAITING
    return int(cache_server().llen(_waiting())) >= most


def begin(trial_id: uuid.UUID, fields: Mapping[str, bytes | str | int]) -> bool:
    """Keep the trial for FASI_TRIAL_S seconds and let it wait. False: too many wait."""
    now, lasts = time.time(), settings.FASI_TRIAL_S
    pipeline = cache_server().pipeline(transaction=True)
    pipeline.zremrangebyscore(_in_memory(), "-inf", now)
    pipeline.zadd(_in_memory(), {str(trial_id): now + lasts})
    pipeline.zcard(_in_memory())
    pipeline.expire(_in_memory(), lasts, nx=True)
    pipeline.expire(_in_memory(), lasts, gt=True)  # it ends with the last of them
    pipeline.hset(_name(trial_id), mapping=cast(Any, {**fields, "asked": now}))
    pipeline.expire(_name(trial_id), lasts)
    pipeline.rpush(_waiting(), str(trial_id))
    pipeline.expire(_waiting(), STALE_S)
    _, _, in_memory, _, _, _, _, waiting, _ = pipeline.execute()
    if waiting <= settings.FASI_TRIALS_WAITING and (
        in_memory <= settings.FASI_TRIALS_KEPT or _end_another()
    ):
        return True
    forget(trial_id)
    return False


def prolong(trial_id: uuid.UUID) -> float:
    """Keep the trial until `longest_s` after it came. How many seconds are left; 0: it is over."""
    server = cache_server()
    begun = cast(bytes | None, server.hget(_name(trial_id), "asked"))
    if begun is None:
        return 0
    now = time.time()
    left_s = max(0.0, float(begun) + longest_s() - now)
    pipeline = server.pipeline(transaction=True)
    for name in _names(trial_id):
        pipeline.pexpire(name, int(1000 * left_s))
    pipeline.zadd(_in_memory(), {str(trial_id): now + left_s}, xx=True)
    pipeline.expire(_in_memory(), int(left_s), gt=True)
    return left_s if pipeline.execute()[0] else 0


def longest_s() -> int:
    """How long a trial is in memory at most, in seconds."""
    return max(int(settings.FASI_TRIAL_S), int(settings.FASI_TRIAL_WANTED_S))


def again(trial_id: uuid.UUID) -> bool:
    """Let a trial wait once more. False: it is over, or too many wait."""
    server = cache_server()
    left_ms = int(server.pttl(_name(trial_id)))
    if left_ms <= 0:
        return False
    pipeline = server.pipeline(transaction=True)
    pipeline.set(_name(trial_id, "asked"), time.time(), px=left_ms)
    pipeline.lrem(_waiting(), 0, str(trial_id))
    pipeline.rpush(_waiting(), str(trial_id))
    pipeline.expire(_waiting(), STALE_S)
    waiting = int(pipeline.execute()[2])
    if waiting <= settings.FASI_TRIALS_WAITING:
        return True
    server.lrem(_waiting(), 0, str(trial_id))
    return False


def take(most: int) -> list[tuple[uuid.UUID, bytes]]:
    """Up to so many that wait, the oldest first, with their thumbs. They wait no more."""
    server = cache_server()
    names = cast(list[bytes], server.lpop(_waiting(), most) or [])
    ids = [uuid.UUID(name.decode()) for name in names]
    thumbs = [cast(bytes | None, server.hget(_name(each), "thumb")) for each in ids]
    return [(trial_id, thumb) for trial_id, thumb in zip(ids, thumbs, strict=True) if thumb]


def some_wait() -> bool:
    """Whether a worker would find one."""
    return bool(cache_server().llen(_waiting()))


def answer(trial_id: uuid.UUID, said: Mapping[str, Any]) -> None:
    """Keep what the model said for as long as the trial."""
    _beside(trial_id, "said", json.dumps(said).encode())


def look(trial_id: uuid.UUID) -> Trial | None:
    """The trial; None where it is over."""
    pipeline = cache_server().pipeline(transaction=False)
    pipeline.hmget(_name(trial_id), ["width", "height", "sample", "asked"])
    pipeline.mget([_name(trial_id, "asked"), _name(trial_id, "said")])
    pipeline.pttl(_name(trial_id))
    (width, height, sample, begun), (asked, said), left_ms = pipeline.execute()
    if width is None:
        return None
    return Trial(
        id=trial_id,
        width=int(width),
        height=int(height),
        sample=sample == b"1",
        waited_s=time.time() - float(asked or begun),
        left_s=max(0, left_ms) / 1000,
        said=json.loads(said) if said else None,
    )


def photo(trial_id: uuid.UUID) -> bytes | None:
    """The photo, a JPEG; None where the trial is over."""
    return cast(bytes | None, cache_server().hget(_name(trial_id), "photo"))


def kept(trial_id: uuid.UUID) -> Kept | None:
    """What an account takes over; None where the trial is over."""
    fields = ["photo", "name", "sha256", "taken"]
    data, *texts = cast(list[bytes | None], cache_server().hmget(_name(trial_id), fields))
    if data is None:
        return None
    name, sha256, taken = ((text or b"").decode() for text in texts)
    return Kept(data, name, sha256, taken)


def card(trial_id: uuid.UUID) -> bytes | None:
    """The card that was drawn for it."""
    return cast(bytes | None, cache_server().get(_name(trial_id, "card")))


def keep_card(trial_id: uuid.UUID, card: bytes) -> None:
    """Keep its card for as long as the trial."""
    _beside(trial_id, "card", card)


def forget(trial_id: uuid.UUID) -> None:
    """Nothing of it is left."""
    pipeline = cache_server().pipeline(transaction=True)
    pipeline.zrem(_in_memory(), str(trial_id))
    pipeline.lrem(_waiting(), 0, str(trial_id))
    pipeline.unlink(*_names(trial_id))
    pipeline.execute()


def _end_another() -> bool:
    """End the trial with the least time left, of those that do not wait. False: all wait."""
    server = cache_server()
    waiting = set(cast(list[bytes], server.lrange(_waiting(), 0, -1)))
    for name in cast(list[bytes], server.zrange(_in_memory(), 0, -1)):
        # Of several that make room at once, each takes another.
        if name not in waiting and server.zrem(_in_memory(), name):
            forget(uuid.UUID(name.decode()))
            TRIALS.labels("ended_early").inc()
            return True
    return False


def _beside(trial_id: uuid.UUID, part: str, value: bytes) -> None:
    """A key that ends when the trial does; none where it is over."""
    left_ms = int(cache_server().pttl(_name(trial_id)))
    if left_ms > 0:
        cache_server().set(_name(trial_id, part), value, px=left_ms)


def _waiting() -> str:
    return str(cache.make_key("trials:waiting"))


def _in_memory() -> str:
    return str(cache.make_key("trials:kept"))


def _names(trial_id: uuid.UUID) -> list[str]:
    """All keys of a trial, that of the hash first."""
    return [_name(trial_id, part) for part in ("", "asked", "said", "card")]


def _name(trial_id: uuid.UUID, part: str = "") -> str:
    return str(cache.make_key(f"trial:{trial_id}:{part}" if part else f"trial:{trial_id}"))
