"""The timing order, checked where the site starts and where the worker starts.

`I/O timeout < soft limit < hard limit < lease < visibility timeout`: a call that hangs must end
before the task's soft limit, the task before its hard limit, the process before its lease runs out
(or two workers could hold one row), and the lease before the broker delivers the message again.

Maintenance, which takes long, has limits of its own in the same order:
`I/O timeout < lease of an export or of an unpacking < limit of maintenance < visibility timeout`,
`I/O timeout < lease of a backfill < limit of maintenance`, `I/O timeout < lease of a retraining`.
There the lease comes before the limit, because it is renewed as long as the work goes on.

A direct upload is checked within one task, so its lease outlives the task's hard limit. An event is
sent to a webhook by a thread that no task's limit ends, so its lease outlives its own time-out.

Shares are checked, too: 15 for 15 % would hold everybody out of training, for good.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from inference.signatures import KeyRefused, key_id

ASCENDING = (
    "FASI_IO_TIMEOUT_S",
    "FASI_SOFT_LIMIT_S",
    "FASI_HARD_LIMIT_S",
    "FASI_LEASE_S",
    "FASI_VISIBILITY_TIMEOUT_S",
)
MAINTENANCE_ASCENDING = (
    "FASI_IO_TIMEOUT_S",
    "FASI_EXPORT_LEASE_S",
    "FASI_CHORE_LIMIT_S",
    "FASI_VISIBILITY_TIMEOUT_S",
)
UNPACKING_ASCENDING = ("FASI_IO_TIMEOUT_S", "FASI_UNPACK_LEASE_S", "FASI_CHORE_LIMIT_S")
BACKFILL_ASCENDING = ("FASI_IO_TIMEOUT_S", "FASI_BACKFILL_LEASE_S", "FASI_CHORE_LIMIT_S")
RETRAINING_ASCENDING = ("FASI_IO_TIMEOUT_S", "FASI_RETRAIN_LEASE_S")
UPLOAD_ASCENDING = ("FASI_HARD_LIMIT_S", "FASI_UPLOAD_LEASE_S", "FASI_VISIBILITY_TIMEOUT_S")
DELIVERY_ASCENDING = ("FASI_DELIVERY_TIMEOUT_S", "FASI_DELIVERY_LEASE_S")
ORDERS = (
    ASCENDING,
    MAINTENANCE_ASCENDING,
    UNPACKING_ASCENDING,
    BACKFILL_ASCENDING,
    RETRAINING_ASCENDING,
    UPLOAD_ASCENDING,
    DELIVERY_ASCENDING,
)
MOST = {
    "FASI_HOLDOUT_SHARE": 1,
    "FASI_RETRAIN_SHADOW": 1,
    "FASI_PROMOTE_WORSE": 1,
    "FASI_REVIEW_TWICE_PERCENT": 100,
    "FASI_SUGGESTION_TRIAL_PERCENT": 100,
}
"""Shares, and one in per cent; the least is 0."""


def timing_errors() -> list[str]:
    """One sentence for each pair of neighbours that does not ascend."""
    return [
        f"{shorter} ({getattr(settings, shorter)} s) must be less than "
        f"{longer} ({getattr(settings, longer)} s)."
        for order in ORDERS
        for shorter, longer in pairwise(order)
        if getattr(settings, shorter) >= getattr(settings, longer)
    ]


def share_errors() -> list[str]:
    """One sentence for each share that is none."""
    return [
        f"{name} ({getattr(settings, name)}) must be from 0 to {most}."
        for name, most in MOST.items()
        if not 0 <= getattr(settings, name) <= most
    ]


@register()
def check_timing_order(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> Iterable[CheckMessage]:
    orders = (" < ".join(order) for order in ORDERS)
    hint = "Set them in this order: " + "; ".join(orders)
    return [Error(sentence, hint=hint, id="fasi.E001") for sentence in timing_errors()]


@register()
def check_shares(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> Iterable[CheckMessage]:
    return [Error(sentence, id="classifier.E003") for sentence in share_errors()]


@register()
def check_release_keys(
    app_configs: Sequence[AppConfig] | None = None, **_: Any
) -> Iterable[CheckMessage]:
    """Whoever mistypes a key hears of it at once, and not when no worker loads a release."""
    for key in settings.FASI_RELEASE_KEYS:
        try:
            key_id(key)
        except KeyRefused as error:
            yield Error(f"FASI_RELEASE_KEYS: {error}", id="classifier.E002")
