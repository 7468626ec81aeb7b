"""Writing entries. Nothing changes one: a trigger in the database refuses it."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from classifier.models import AuditEntry, Outfit
from classifier.web import client_ip

Action = AuditEntry.Action

log = structlog.get_logger(__name__)


def record(
    action: Action,
    *,
    request: HttpRequest | None = None,
    actor: int | None = None,
    subject: int | None = None,
    outfit: uuid.UUID | None = None,
    **details: Any,
) -> None:
    """Write down one thing that was done.

    `actor` and `subject` are ids of users. Whoever is signed in is the actor unless another is
    named, and concerned unless somebody else is. `details` are JSON, and hold no secrets.
    """
    actor = _signed_in(request) if actor is None else actor
    subject = actor if subject is None else subject
    entry = AuditEntry(
        action=action, actor_id=actor, subject_id=subject, outfit_id=outfit, details=details
    )
    _write([entry], request)


def record_looks(request: HttpRequest, outfits: Iterable[Outfit], reason: str) -> None:
    """Write down that whoever is signed in, as staff, is shown these photos, and why."""
    looks = [
        AuditEntry(
            action=Action.STAFF_VIEWED_PHOTO,
            actor_id=_signed_in(request),
            subject_id=outfit.owner_id,
            outfit_id=outfit.pk,
            details={"reason": reason},
        )
        for outfit in outfits
    ]
    _write(looks, request)


def forget_old() -> int:
    """Delete what is older than FASI_AUDIT_DAYS. Returns how many entries that were."""
    days = max(settings.FASI_AUDIT_DAYS, AuditEntry.KEPT_AT_LEAST_DAYS + 1)
    old = AuditEntry.objects.filter(at__lt=timezone.now() - timedelta(days=days))
    return old._raw_delete(old.db)


def _signed_in(request: HttpRequest | None) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def _write(entries: list[AuditEntry], request: HttpRequest | None) -> None:
    place = {
        "address": _address(request),
        "browser": request.headers.get("User-Agent", "")[:200] if request else "",
        "request": str(structlog.contextvars.get_contextvars().get("request", ""))[:64],
    }
    for entry in entries:
        for name, value in place.items():
            setattr(entry, name, value)
    AuditEntry.objects.bulk_create(entries)
    for entry in entries:
        log.info(
            "audit",
            action=str(entry.action),
            actor=entry.actor_id,
            subject=entry.subject_id,
            about=str(entry.outfit_id) if entry.outfit_id else None,
            address=entry.address,
            details=entry.details,
        )


def _address(request: HttpRequest | None) -> str | None:
    if request is None:
        return None
    try:
        return client_ip(request)
    except PermissionDenied:  # whoever calls has none, as over a unix socket
        return None
