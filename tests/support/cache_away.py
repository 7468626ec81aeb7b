"""A Valkey that does not answer, for whoever asks it for rates and for trials."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from classifier.limits import rates
from classifier.trials import lane
from fasi_site.local.ports import free_port


@contextmanager
def cache_away() -> Iterator[None]:
    """Nobody listens where the site looks for it, within the block."""
    away = Redis(host="127.0.0.1", port=free_port(), socket_connect_timeout=1)
    with pytest.MonkeyPatch.context() as patch:
        for module in (lane, rates):
            patch.setattr(module, "cache_server", lambda: away)
        yield
    away.close()
