"""What each worker process serves, as it said last."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ServingWorker(models.Model):
    """A worker process with an engine. `classifier.monitoring.serving` writes and reads it."""

    name = models.CharField(max_length=200, primary_key=True, help_text=_("host and process"))
    engine = models.CharField(max_length=200, blank=True)
    release = models.CharField(max_length=100, blank=True, help_text=_("empty: none yet"))
    refused = models.CharField(max_length=100, blank=True, help_text=_("what it could not load"))
    reason = models.TextField(blank=True)
    since = models.DateTimeField(default=timezone.now, db_default=Now())
    seen = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        verbose_name = _("worker process")
        verbose_name_plural = _("worker processes")

    def __str__(self) -> str:
        return self.name
