"""A release: one trained model that was registered."""

from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inference.taxonomy import Taxonomy


class Release(models.Model):
    """A registered bundle. At most one is active: workers load it and people see its answers."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        SHADOW = "shadow", _("shadow")
        ACTIVE = "active", _("active")
        RETIRED = "retired", _("retired")

    name = models.CharField(max_length=100, unique=True)
    bundle_key = models.CharField(max_length=200, help_text=_("prefix of its files in the bucket"))
    sha256 = models.CharField(max_length=64, unique=True)
    taxonomy = models.JSONField()
    metrics = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status, default=Status.CANDIDATE)
    made = models.DateTimeField(
        null=True, help_text=_("when its bundle was exported; older bundles do not say")
    )
    signed_by = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text=_("id of the key")
    )
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="active"), name="release_one_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def styles(self) -> Taxonomy:
        """The taxonomy that it knows, parsed."""
        return Taxonomy.from_dict(self.taxonomy)
