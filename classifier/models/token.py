"""A token: what a program shows instead of a password."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What a token may do."""

    READ = "read", _("read: see outfits, batches, the profile and styles")
    WRITE = "write", _("write: upload, correct and delete")
    ADMIN = "admin", _("admin: see releases (staff only)")


class ApiToken(models.Model):
    """A token of one person. Its text is shown once and never stored, only its digest is.

    The digest is one round of SHA-256: the text holds 238 random bits, so nobody finds it by trying
    and a slow hash, which guards short passwords, would only make each request slower.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=100)
    start = models.CharField(max_length=12, help_text=_("how it begins, to recognise it by"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="token_has_a_scope"),
        ]
        indexes = [models.Index(fields=["owner", "-created"], name="token_of_owner")]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @property
    def expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()
