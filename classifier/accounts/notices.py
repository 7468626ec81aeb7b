"""What the owner of an account is told by mail."""

from dataclasses import dataclass
from enum import Enum

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class NoticeText:
    """A mail: its subject, and the sentence that says what happened."""

    subject: Promise
    sentence: Promise


class Notice(Enum):
    """Each is told to the owner at once, so that a stranger's doing is seen."""

    NEW_DEVICE = NoticeText(
        _("New sign-in to your account"), _("Someone signed in to your account from a new device.")
    )
    TOKEN_MADE = NoticeText(
        _("New API token"),
        _("An API token was created. Any program that has it can use FASI as you."),
    )
    WEBHOOK_MADE = NoticeText(
        _("New webhook"),
        _("A webhook was created. It is notified when your outfits are classified."),
    )
    EXPORT_ASKED = NoticeText(
        _("Your data export has started"),
        _("Someone requested a copy of all data in your account."),
    )
    ACCESS_ENDED = NoticeText(
        _("All access to your account was ended"),
        _(
            "All devices were signed out, and all tokens, webhooks, shared links and connected "
            "accounts were stopped. Sign in again where you need to."
        ),
    )
    ADDRESS_RESTORED = NoticeText(
        _("Your email address was restored"),
        _("The change of your email address was undone, and all access was ended."),
    )
    ERASED = NoticeText(
        _("Your account was deleted"),
        _("Your account and all your photos and results were deleted."),
    )


def tell_owner(user: User, notice: Notice, email: str | None = None, **details: str) -> None:
    """Send the mail. A mail server that is away stops nothing."""
    get_adapter().send_notification_mail(
        "account/email/notice",
        user,
        {"subject": notice.value.subject, "sentence": notice.value.sentence, "details": details},
        email=email,
    )
