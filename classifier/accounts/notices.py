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
        _("Sign-in from a new device"), _("Somebody signed in to your account from a new device.")
    )
    TOKEN_MADE = NoticeText(
        _("A new token"), _("A token was made. A program that has it can use FASI in your name.")
    )
    WEBHOOK_MADE = NoticeText(
        _("A new webhook"), _("A webhook was made: an address is told when your outfits are done.")
    )
    EXPORT_ASKED = NoticeText(
        _("Your data is being exported"), _("A copy of everything in your account was asked for.")
    )
    ACCESS_ENDED = NoticeText(
        _("All access was ended"),
        _(
            "All sessions, tokens, webhooks, shared links and connected accounts were ended. "
            "Sign in anew where you need to."
        ),
    )
    ADDRESS_RESTORED = NoticeText(
        _("Your address is back"),
        _("The change of your email address was undone, and all access was ended."),
    )
    ERASED = NoticeText(
        _("Your account is gone"), _("Your account was erased, with all photos and predictions.")
    )


def tell_owner(user: User, notice: Notice, email: str | None = None, **details: str) -> None:
    """Send the mail. A mail server that is away stops nothing."""
    get_adapter().send_notification_mail(
        "account/email/notice",
        user,
        {"subject": notice.value.subject, "sentence": notice.value.sentence, "details": details},
        email=email,
    )
