"""Mails for those who want one when a batch is done, or an export ready; maintenance sends them.

A wish is a row (`ReadyMail`), which is locked while its mail is handed over and deleted with that
transaction: two processes never send the same mail, and one that the mail server did not take is
sent later. Only a process that is killed in that very moment sends one twice.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone, translation

from classifier.batches.service import progress_of
from classifier.leases import seconds_from_now
from classifier.models import Batch, Export, Outfit, Preferences, ReadyMail

QUIET = timedelta(minutes=1)
"""So long nothing was added to a batch, or its photos may still be coming one by one."""
KEPT = timedelta(days=14)
"""So long a wish waits for what never ends, such as a batch that was begun and left empty."""
AGAIN_S = 300
AT_A_TIME = 500


def mail_address(user: User) -> str:
    """Where mails of this person go, confirmed by them; empty where there is none."""
    own = EmailAddress.objects.filter(user=user, verified=True).order_by("-primary", "pk")
    return own.values_list("email", flat=True).first() or ""


def want_mail(user: User, of: Batch | Export) -> bool:
    """Have a mail sent when it is ready. False: this person has no confirmed address."""
    if not mail_address(user):
        return False
    language = translation.get_language() or "en"
    ReadyMail.objects.update_or_create(
        defaults={"language": language}, owner_id=user.pk, **_named(of)
    )
    return True


def want_no_mail(user: User, of: Batch | Export) -> None:
    """Send none after all."""
    ReadyMail.objects.filter(owner=user, **_named(of)).delete()


@dataclass(frozen=True)
class MailChoice:
    """What a page offers: the address, empty where there is none, and whether a mail is wanted."""

    address: str
    wanted: bool


def mail_choice(user: User, of: Batch | Export) -> MailChoice:
    """What this person may choose, and has chosen."""
    return MailChoice(mail_address(user), ReadyMail.objects.filter(**_named(of)).exists())


def _named(of: Batch | Export) -> dict[str, Any]:
    """The column that names it."""
    return {"batch" if isinstance(of, Batch) else "export": of}


def send_ready_mails() -> int:
    """Send what is due. Returns how many mails that were."""
    ReadyMail.objects.filter(asked__lt=timezone.now() - KEPT).delete()
    due = ReadyMail.objects.filter(not_before__lte=Now()).order_by("asked", "pk")
    return sum(_send(pk) for pk in due.values_list("pk", flat=True)[:AT_A_TIME])


def _send(pk: int) -> bool:
    with transaction.atomic():
        row = ReadyMail.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
        if row is None:
            return False
        if row.batch and row.batch.cancelled:  # by its owner, who knows
            row.delete()
            return False
        found = _batch_done(row.batch) if row.batch else _export_ended(row.export)
        if found is None:
            return False
        template, context = found
        address = mail_address(row.owner) if row.owner.is_active else ""
        if address:
            with (
                translation.override(row.language),
                timezone.override(Preferences.zone_of(row.owner_id)),
            ):
                taken = get_adapter().mailed(template, address, context)
            if not taken:
                ReadyMail.objects.filter(pk=pk).update(not_before=seconds_from_now(AGAIN_S))
                return False
        row.delete()
    return bool(address)


Found = tuple[str, dict[str, Any]]
"""A mail's template and what it has to say."""


def _batch_done(batch: Batch) -> Found | None:
    """None: it is not done."""
    progress = progress_of([batch])[batch.pk]
    newest = Outfit.everything.filter(batch=batch).aggregate(newest=Max("created"))["newest"]
    settled = newest is not None and newest < timezone.now() - QUIET
    if not progress.finished or not (settled or progress.unpacking):
        return None
    page = batch.get_absolute_url()
    return "classifier/email/batch_done", {"batch": batch, "progress": progress, "page_url": page}


def _export_ended(export: Export | None) -> Found | None:
    """None: it is being prepared."""
    if export is None or export.pending:
        return None
    context = {"export": export, "page_url": reverse("data")}
    return "classifier/email/export_ended", context
