"""Webhooks: URLs that are notified when an outfit is done, and the deliveries to them."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Event(models.TextChoices):
    """What a webhook may be notified of."""

    DONE = "outfit.done", _("an outfit has its prediction")
    FAILED = "outfit.failed", _("an outfit failed for good")
    TEST = "webhook.test", _("somebody asked for a test")


class Webhook(models.Model):
    """An address of one person.

    `secret` is stored as it is: whoever signs needs it, and it opens nothing here. One that is not
    `active` is told nothing but tests, and one of those that succeeds makes it active again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks"
    )
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=100, editable=False)
    events = ArrayField(models.CharField(max_length=20, choices=Event))
    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(
        default=0, help_text=_("attempts that failed since the last one that succeeded")
    )
    failing_since = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(
        default=timezone.now, help_text=_("back-off: nothing is sent to it until then")
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        indexes = [
            models.Index(fields=["owner", "-created"], name="webhook_of_owner"),
        ]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One event for one webhook. The row is the job.

    Only `classifier.integrations.deliveries` changes it.

    `not_before` is when it is due; while it is being sent, when that counts as lost.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=20, choices=Event)
    outfit_id = models.UUIDField(null=True, help_text=_("may be deleted by now"))
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    answer = models.PositiveSmallIntegerField(null=True, help_text=_("the last HTTP status"))
    error_text = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["delivered", "failed"], ended__isnull=False)
                | (~Q(status__in=["delivered", "failed"]) & Q(ended__isnull=True)),
                name="delivery_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "not_before"],
                condition=Q(status__in=["waiting", "sending"]),
                name="delivery_due",
            ),
            models.Index(fields=["webhook", "-created", "-id"], name="delivery_of_webhook"),
            models.Index(fields=["created"], name="delivery_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.status})"
