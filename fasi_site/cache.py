"""The cache speaks JSON: what another program put there can be wrong, but it can never run.

Django's own serializer unpickles, so whoever writes to Redis would run code in the site.
"""

import json
from typing import Any

import structlog
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

log = structlog.get_logger(__name__)


class JsonSerializer:
    """Values are what JSON has. Whole numbers are stored as such, so Redis can count them up."""

    def dumps(self, value: Any) -> bytes:
        """The text of a value. Raises TypeError for what JSON has not."""
        return json.dumps(value).encode()

    def loads(self, data: Any) -> Any:
        """The value of a text. Raises ValueError for what is no JSON."""
        return json.loads(data)


class OneClient(RedisCacheClient):
    """Keeps its client of redis-py; Django makes one for each call, which costs more than most."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: Any = None

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """The client of our one server."""
        if self._kept is None:
            self._kept = super().get_client(key, write=write)
        return self._kept


class JsonRedisCache(RedisCache):
    """Django's Redis cache with entries in JSON. An unreadable entry counts as none."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**params.get("OPTIONS", {}), "serializer": JsonSerializer}
        super().__init__(server, {**params, "OPTIONS": options})
        self._class = OneClient

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The entry's value, or the default."""
        try:
            return super().get(key, default, version)
        except ValueError:
            log.warning("cache_entry_unreadable", key=key)
            return default

    get_many = BaseCache.get_many  # one after the other, by `get`
