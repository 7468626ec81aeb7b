"""What is over and of no use to anybody goes: sessions, tokens, keys, deliveries, room, the bin."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import structlog
from django.conf import settings

from classifier.audit import recording
from classifier.bin import service as outfits_bin
from classifier.integrations import deliveries, idempotency, tokens
from classifier.limits import ledger
from classifier.reviews import steps
from worker.retraining import workspace

log = structlog.get_logger(__name__)


def remove_expired() -> None:
    """End what is over by now, each kind whatever becomes of the others."""
    kinds: dict[str, Callable[[], int]] = {
        "reservations": ledger.forget_expired,
        "tokens": tokens.forget_old,
        "idempotency_keys": idempotency.forget_old,
        "deliveries": deliveries.forget_old,
        "audit_trail": recording.forget_old,
        "review_steps": steps.forget_old,
        "retraining_folders": workspace.clean,
        "sessions": _sessions,
        "bin": outfits_bin.forget_over,
    }
    for kind, forget in kinds.items():
        try:
            count = forget()
        except Exception:  # the database is away, or a row of this kind is odd
            log.exception("not_cleaned", kind=kind)
        else:
            if count:
                log.info("cleaned", kind=kind, count=count)


def _sessions() -> int:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    store.clear_expired()
    return 0
