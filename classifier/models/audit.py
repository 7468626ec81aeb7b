"""What was done, by whom, from where, and whom it concerns. Rows are added, never changed."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


def actions() -> list[tuple[str, StrOrPromise]]:
    """Named by migrations, so that one more action needs none."""
    return list(AuditEntry.Action.choices)


class AuditEntry(models.Model):
    """One thing that somebody did. `classifier.audit.record` writes it.

    The database refuses every change, and deletion before an entry is `KEPT_AT_LEAST_DAYS` old.
    People are named by their number only, without a constraint: entries outlive accounts.
    """

    KEPT_AT_LEAST_DAYS = 30

    class Action(models.TextChoices):
        SIGNED_UP = "signed_up", _("account created")
        SIGNED_IN = "signed_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
        SIGNED_OUT = "signed_out", _("signed out")
        SESSIONS_ENDED = "sessions_ended", _("signed out on other devices")
        PASSWORD_CHANGED = "password_changed", _("password changed")
        PASSWORD_RESET = "password_reset", _("password reset")
        ADDRESS_ADDED = "address_added", _("address added")
        ADDRESS_CONFIRMED = "address_confirmed", _("address confirmed")
        ADDRESS_CHANGED = "address_changed", _("address changed")
        ADDRESS_REMOVED = "address_removed", _("address removed")
        FACTOR_ADDED = "factor_added", _("two-step sign-in added")
        FACTOR_REMOVED = "factor_removed", _("two-step sign-in removed")
        FACTOR_RESET = "factor_reset", _("new recovery codes created")
        CONNECTION_ADDED = "connection_added", _("connected account added")
        CONNECTION_REMOVED = "connection_removed", _("connected account removed")
        ACCESS_ENDED = "access_ended", _("all access ended")
        TOKEN_MADE = "token_made", _("API token created")
        TOKEN_REVOKED = "token_revoked", _("API token revoked")
        WEBHOOK_MADE = "webhook_made", _("webhook created")
        WEBHOOK_REMOVED = "webhook_removed", _("webhook deleted")
        SHARED = "shared", _("public link created")
        UNSHARED = "unshared", _("sharing stopped")
        REVIEW_ASKED = "review_asked", _("review requested")
        REVIEW_NOT_ASKED = "review_not_asked", _("review request cancelled")
        CONSENT_CHANGED = "consent_changed", _("training consent changed")
        RESEARCH_CONSENT_CHANGED = "research_consent_changed", _("research consent changed")
        ADAPTING_CHANGED = "adapting_changed", _("personal answers turned on or off")
        EXPORT_REQUESTED = "export_requested", _("export requested")
        EXPORT_FETCHED = "export_fetched", _("export downloaded")
        ACCOUNT_CLOSED = "account_closed", _("account deleted")
        STAFF_VIEWED_PHOTO = "staff_viewed_photo", _("photo viewed by staff")
        STAFF_VERDICT = "staff_verdict", _("reviewed by staff")
        STAFF_VERDICT_UNDONE = "staff_verdict_undone", _("review withdrawn by staff")
        STAFF_QUEUED_AGAIN = "staff_queued_again", _("queued again by staff")
        STAFF_DELETED = "staff_deleted", _("deleted by staff")
        RELEASE_REGISTERED = "release_registered", _("release registered")
        RELEASE_SHADOWED = "release_shadowed", _("release put in shadow")
        RELEASE_ACTIVATED = "release_activated", _("release activated")
        RETRAINING_QUEUED = "retraining_queued", _("retraining queued")
        RETRAINING_CANCELLED = "retraining_cancelled", _("retraining cancelled")
        RELEASE_ROLLED_BACK = "release_rolled_back", _("release rolled back")
        RELEASE_RETIRED = "release_retired", _("release retired")
        CATALOGUE_ADDED = "catalogue_added", _("added to the catalogue")
        CATALOGUE_REMOVED = "catalogue_removed", _("removed from the catalogue")
        EVENTS_EXPORTED = "events_exported", _("events exported for research")
        BACKFILL_STARTED = "backfill_started", _("backfill started")
        BACKFILL_CHANGED = "backfill_changed", _("backfill paused, resumed or cancelled")
        SETTING_CHANGED = "setting_changed", _("setting changed by staff")

    at = models.DateTimeField(_("when"), default=timezone.now, db_default=Now())
    action = models.CharField(_("what"), max_length=40, choices=actions)
    actor: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name=_("who"),
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
        help_text=_("nobody: a command, a worker, or somebody who was not signed in"),
    )
    subject: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name=_("whom it concerns"),
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    outfit_id = models.UUIDField(_("outfit"), null=True)
    address = models.GenericIPAddressField(_("from where"), null=True)
    browser = models.CharField(_("with what"), max_length=200, blank=True)
    request = models.CharField(_("request"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["subject", "-at"], name="audit_of_subject"),
            models.Index(fields=["actor", "-at"], name="audit_of_actor"),
            models.Index(fields=["action", "-at"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_action_display()}"
