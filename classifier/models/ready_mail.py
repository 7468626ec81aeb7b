"""A mail that somebody wants when their batch is done or their export is ready."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.batch import Batch
from classifier.models.export import Export


class ReadyMail(models.Model):
    """The row is the wish: it goes when the mail was sent, or what it waits for went.

    `language` is that of the page on which it was asked for: a mail comes without a page.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    batch = models.OneToOneField(
        Batch, on_delete=models.CASCADE, null=True, blank=True, related_name="ready_mail"
    )
    export = models.OneToOneField(
        Export, on_delete=models.CASCADE, null=True, blank=True, related_name="ready_mail"
    )
    language = models.CharField(max_length=10)
    asked = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(
        default=timezone.now, help_text=_("after a mail server that was away")
    )

    class Meta:
        verbose_name = _("mail that is waited for")
        verbose_name_plural = _("mails that are waited for")
        constraints = [
            models.CheckConstraint(
                condition=Q(batch__isnull=False, export__isnull=True)
                | Q(batch__isnull=True, export__isnull=False),
                name="ready_mail_of_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id or self.export_id}"
