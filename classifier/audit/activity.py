"""What somebody is told of the entries that concern them: what staff did is summed up by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import ngettext

from classifier.audit.recording import Action
from classifier.models import AuditEntry

SHOWN = 500
"""Entries that are looked at, newest first."""


@dataclass(frozen=True)
class Line:
    """One line of the page. Where and with what is empty where staff did it: that is theirs."""

    at: datetime
    text: str
    address: str
    browser: str
    by_staff: bool


def activity_of(user: User) -> list[Line]:
    """The newest lines first."""
    entries = AuditEntry.objects.filter(subject=user).order_by("-at", "-id")[:SHOWN]
    return [line for _key, group in groupby(entries, _key) for line in _lines(list(group))]


def _key(entry: AuditEntry) -> tuple[date, str, bool]:
    return timezone.localdate(entry.at), entry.action, _by_somebody_else(entry)


def _by_somebody_else(entry: AuditEntry) -> bool:
    return entry.actor_id not in (None, entry.subject_id)


def _lines(entries: list[AuditEntry]) -> Iterator[Line]:
    first = entries[0]
    if _by_somebody_else(first):
        yield Line(first.at, _by_staff(first, entries), "", "", by_staff=True)
        return
    for entry in entries:
        yield Line(entry.at, _text(entry), entry.address or "", entry.browser, by_staff=False)


def _text(entry: AuditEntry) -> str:
    text = str(entry.get_action_display())
    return text[:1].upper() + text[1:]


def _by_staff(first: AuditEntry, entries: list[AuditEntry]) -> str:
    count = len({entry.outfit_id for entry in entries})
    if first.action == Action.STAFF_VIEWED_PHOTO:
        return ngettext(
            "Staff viewed one of your photos", "Staff viewed %(count)d of your photos", count
        ) % {"count": count}
    if first.action == Action.STAFF_VERDICT:
        return ngettext(
            "Staff reviewed one of your outfits",
            "Staff reviewed %(count)d of your outfits",
            count,
        ) % {"count": count}
    if first.action == Action.STAFF_VERDICT_UNDONE:
        return ngettext(
            "Staff withdrew a review of one of your outfits",
            "Staff withdrew reviews of %(count)d of your outfits",
            count,
        ) % {"count": count}
    return _text(first)
