"""A batch: many outfits submitted together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """Many outfits of one owner, with a progress of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches"
    )
    name = models.CharField(max_length=200)
    total = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return self.name

    def add_photos(self, count: int) -> None:
        """So many more photos belong to it."""
        type(self).objects.filter(pk=self.pk).update(total=F("total") + count)
