"""What was answered to a request with an Idempotency-Key."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class IdempotentRequest(models.Model):
    """One key of one person: the request's fingerprint, and the answer once there is one.

    A row without an answer (`status` is null) is a request under way, or one whose process died;
    `began` tells them apart.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    began = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True)

    class Meta:
        verbose_name = _("request with a key")
        verbose_name_plural = _("requests with a key")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once_per_owner")
        ]
        indexes = [models.Index(fields=["began"], name="idempotency_oldest")]

    def __str__(self) -> str:
        return f"{self.key} ({self.status or 'under way'})"
